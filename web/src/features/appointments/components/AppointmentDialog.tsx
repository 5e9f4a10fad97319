import { Button, Group, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { mayMove } from '../../../../../shared/appointments/rules.ts'
import { useUser } from '../../../app/session.tsx'
import { clinicToday, formatClock, formatMoment } from '../../../lib/format.ts'
import { Dialog } from '../../../ui/Dialog.tsx'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { useKeyFor } from '../../consultations/papers/once.ts'
import { useDoctors } from '../../doctors/api.ts'
import { patchTicket } from '../../queue/live.ts'
import { appointmentKeys, arrive, moveAppointment } from '../api.ts'
import { useMayBook } from '../rights.ts'
import { endMs } from '../times.ts'
import type { Appointment, AppointmentStatus, Arrival } from '../types.ts'
import styles from './Appointments.module.css'
import { ChangedMeanwhile, changedMeanwhile } from './ChangedMeanwhile.tsx'

interface AppointmentDialogProps {
  appointment: Appointment
  onArrived: (ticket: Arrival['ticket']) => void
  onReschedule: (appointment: Appointment) => void
  onClose: () => void
}

/** One appointment and what can be done with it in its state. */
export function AppointmentDialog(props: AppointmentDialogProps) {
  const { t } = useTranslation()
  const { onClose } = props
  const mayBook = useMayBook()
  const mayQueue = useUser().permissions.includes('queue.write')
  const queries = useQueryClient()
  const keyFor = useKeyFor()
  const [reason, setReason] = useState('')
  const again = (): Promise<void> => queries.invalidateQueries({ queryKey: appointmentKeys.all })
  const move = useMutation({
    mutationFn: (to: AppointmentStatus) => moveAppointment(appointment, to, reason.trim()),
    onSuccess: onClose,
    onSettled: again,
  })
  const coming = useMutation({
    mutationFn: () => {
      const { id, version } = appointment
      return arrive(appointment, keyFor({ id, version }))
    },
    onSuccess: ({ ticket }) => {
      patchTicket(queries, ticket)
      props.onArrived(ticket)
    },
    onSettled: again,
  })
  const error = move.error ?? coming.error
  const current = changedMeanwhile(error)
  // What somebody else made of it is what can be gone on with.
  const appointment = current ?? props.appointment
  const busy = move.isPending || coming.isPending
  const may = (to: AppointmentStatus): boolean => mayBook && mayMove(appointment.status, to)
  const begun = Date.parse(appointment.start) <= Date.now()
  const today = clinicToday(Date.parse(appointment.start)) === clinicToday()
  const act = (run: () => void): void => {
    if (busy) return
    move.reset()
    coming.reset()
    run()
  }
  return (
    <Dialog onClose={onClose} title={appointment.patient.name}>
      <div className={styles.form}>
        {current === null ? <ErrorNotice error={error} /> : <ChangedMeanwhile current={current} />}
        <Facts appointment={appointment} />
        {may('cancelled') ? (
          <TextInput
            label={t('appointments.whyNot')}
            maxLength={200}
            autoComplete="off"
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
        ) : null}
        <Group justify="flex-end">
          {may('cancelled') ? (
            <Button color="red" variant="light" onClick={() => act(() => move.mutate('cancelled'))}>
              {t('appointments.cancel')}
            </Button>
          ) : null}
          {may('no_show') && begun ? (
            <Button variant="default" onClick={() => act(() => move.mutate('no_show'))}>
              {t('appointments.noShow')}
            </Button>
          ) : null}
          {may('cancelled') ? (
            <Button variant="default" onClick={() => props.onReschedule(appointment)}>
              {t('appointments.reschedule')}
            </Button>
          ) : null}
          {may('done') ? (
            <Button variant="default" onClick={() => act(() => move.mutate('done'))}>
              {t('appointments.done')}
            </Button>
          ) : null}
          {may('arrived') && today && mayQueue ? (
            <Button data-autofocus loading={busy} onClick={() => act(() => coming.mutate())}>
              {t('appointments.arrive')}
            </Button>
          ) : null}
        </Group>
      </div>
    </Dialog>
  )
}

function Facts({ appointment }: { appointment: Appointment }) {
  const { t } = useTranslation()
  const doctors = useDoctors()
  const { patient, status, statusReason, reason, start } = appointment
  const facts: [string, string | null][] = [
    ['when', `${formatMoment(start)}–${formatClock(endMs(appointment))}`],
    ['doctor', doctors.find(({ id }) => id === appointment.doctorId)?.name ?? null],
    ['reason', reason],
    ['state', [t(`appointments.status.${status}`), statusReason].filter(Boolean).join(': ')],
  ]
  return (
    <>
      <dl className={styles.facts}>
        {facts.map(([name, value]) =>
          value === null ? null : (
            <div key={name}>
              <dt>{t(`appointments.${name}`)}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
      <Link to={`/patients/${patient.id}`}>
        {t('appointments.openPatient', { number: patient.clinicNumber })}
      </Link>
    </>
  )
}
