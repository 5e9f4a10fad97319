import { Button, Group, NumberInput, Select, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { clinicToday, formatClock, readDay } from '../../../lib/format.ts'
import { HttpError } from '../../../lib/problem.ts'
import { useDraft } from '../../../lib/use-draft.ts'
import { DayInput } from '../../../ui/DayInput.tsx'
import { Dialog } from '../../../ui/Dialog.tsx'
import { ErrorNotice, Notice } from '../../../ui/Notice.tsx'
import { useKeyFor } from '../../consultations/papers/once.ts'
import { PatientPicker, type Picked } from '../../patients/components/PatientPicker.tsx'
import { appointmentKeys, bookAppointment, changeAppointment, fetchFree } from '../api.ts'
import { useColumns } from '../rights.ts'
import type { Appointment } from '../types.ts'
import styles from './Appointments.module.css'
import { ChangedMeanwhile, changedMeanwhile } from './ChangedMeanwhile.tsx'

/** Times are offered every so many minutes. */
const STEP_MIN = 5
const LONGEST_MIN = 240

/** What is asked for, as it is typed. */
export interface BookForm {
  patient: Picked | null
  doctorId: string
  day: string
  start: string
  minutes: number
  reason: string
}

interface BookDialogProps {
  /** Where the dialog begins: the time that was pressed, or the appointment's own. */
  form: BookForm
  /** The appointment that gets another time; null books a new one. */
  appointment: Appointment | null
  onDone: () => void
  onClose: () => void
}

/** Books a time, or gives an appointment another; a time that was taken meanwhile is said and the free ones shown. */
export function BookDialog({ form: start, appointment, onDone, onClose }: BookDialogProps) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const doctors = useColumns()
  const draft = useDraft<BookForm>(`appointment.${appointment?.id ?? `new.${start.start}`}`, start)
  const form = draft.value
  const keyFor = useKeyFor()
  const day = readDay(form.day)
  const asks = day !== null && form.doctorId !== '' && day >= clinicToday()
  const free = useQuery({
    queryKey: appointmentKeys.free(form.doctorId, day ?? '', form.minutes, STEP_MIN),
    queryFn: ({ signal }) => fetchFree(form.doctorId, day ?? '', form.minutes, STEP_MIN, signal),
    enabled: asks,
    staleTime: 0,
  })
  const send = useMutation({
    mutationFn: () => {
      const { doctorId, minutes } = form
      const wanted = { doctorId, start: form.start, minutes, reason: form.reason.trim() || null }
      if (appointment !== null) return changeAppointment(appointment, wanted)
      const patientId = form.patient?.id ?? ''
      return bookAppointment(patientId, wanted, keyFor({ patientId, ...wanted }))
    },
    onSuccess: () => {
      draft.drop()
      onDone()
    },
    onSettled: () => queries.invalidateQueries({ queryKey: appointmentKeys.all }),
  })
  const times = offeredTimes(free.data ?? [], appointment, form)
  const chosen = times.includes(form.start)
  const ready = form.patient !== null && form.doctorId !== '' && chosen
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (ready && !send.isPending) send.mutate()
  }
  return (
    <Dialog
      onClose={onClose}
      title={t(appointment === null ? 'appointments.book' : 'appointments.reschedule')}
    >
      <form className={styles.form} onSubmit={submit}>
        <Refusal error={send.error} />
        {appointment === null ? (
          <PatientPicker
            label={t('appointments.patient')}
            value={form.patient}
            onChange={(patient) => draft.change({ patient })}
            autoFocus
          />
        ) : (
          <strong>{appointment.patient.name}</strong>
        )}
        <Select
          label={t('appointments.doctor')}
          allowDeselect={false}
          data={doctors.map(({ id, name }) => ({ value: id, label: name }))}
          value={form.doctorId || null}
          onChange={(doctorId) => draft.change({ doctorId: doctorId ?? '' })}
        />
        <div className={styles.row}>
          <DayInput
            label={t('appointments.day')}
            value={form.day}
            onChange={(typed) => draft.change({ day: typed })}
          />
          <Select
            label={t('appointments.time')}
            searchable
            allowDeselect={false}
            data={times.map((time) => ({ value: time, label: formatClock(Date.parse(time)) }))}
            value={chosen ? form.start : null}
            nothingFoundMessage={t('appointments.noTime')}
            error={free.isSuccess && times.length === 0 ? t('appointments.noTime') : undefined}
            onChange={(time) => draft.change({ start: time ?? '' })}
          />
          <NumberInput
            label={t('appointments.minutes')}
            min={STEP_MIN}
            max={LONGEST_MIN}
            step={STEP_MIN}
            clampBehavior="strict"
            allowDecimal={false}
            value={form.minutes}
            onBlur={() => draft.change({ minutes: wholeSteps(form.minutes) })}
            onChange={(minutes) => draft.change({ minutes: wholeSteps(Number(minutes)) })}
          />
        </div>
        <TextInput
          label={t('appointments.reason')}
          maxLength={200}
          autoComplete="off"
          value={form.reason}
          onChange={(event) => draft.change({ reason: event.currentTarget.value })}
        />
        <Group justify="flex-end">
          <Button
            variant="default"
            onClick={() => {
              draft.drop()
              onClose()
            }}
          >
            {t('action.cancel')}
          </Button>
          <Button type="submit" disabled={!ready} loading={send.isPending}>
            {t(appointment === null ? 'appointments.book' : 'appointments.save')}
          </Button>
        </Group>
      </form>
    </Dialog>
  )
}

/** Minutes come in steps of five. */
const wholeSteps = (minutes: number): number => Math.max(STEP_MIN, Math.round(minutes / STEP_MIN) * STEP_MIN)

/** The free times, and the one the appointment has itself, which is free for nobody else. */
function offeredTimes(free: readonly string[], appointment: Appointment | null, form: BookForm): string[] {
  const own =
    appointment !== null &&
    appointment.doctorId === form.doctorId &&
    appointment.minutes === form.minutes &&
    appointment.start.slice(0, 10) === form.start.slice(0, 10)
  const times = own ? [...free, appointment.start] : free
  const byMs = new Map(times.map((time) => [Date.parse(time), time]))
  const kept = form.start === '' ? undefined : byMs.get(Date.parse(form.start))
  if (kept !== undefined) byMs.set(Date.parse(form.start), form.start)
  return [...byMs].sort(([a], [b]) => a - b).map(([, time]) => time)
}

function Refusal({ error }: { error: unknown }) {
  const { t } = useTranslation()
  const current = changedMeanwhile(error)
  if (current !== null) return <ChangedMeanwhile current={current} />
  if (error instanceof HttpError && error.code === 'appointment/taken')
    return (
      <Notice tone="bad" title={t('appointments.taken')}>
        {t('appointments.takenHint')}
      </Notice>
    )
  if (error instanceof HttpError && error.errors.some(({ path }) => path === 'start'))
    return <Notice tone="bad">{t('appointments.outside')}</Notice>
  return <ErrorNotice error={error} />
}
