import { Button, SegmentedControl, Select } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { addDays } from '../../../../../shared/units/dates.ts'
import { clinicToday, formatDay, readDay } from '../../../lib/format.ts'
import { HttpError } from '../../../lib/problem.ts'
import { useKept } from '../../../lib/use-kept.ts'
import { DayInput } from '../../../ui/DayInput.tsx'
import { Empty } from '../../../ui/Empty.tsx'
import { Icon } from '../../../ui/icons.tsx'
import { Loading } from '../../../ui/Loading.tsx'
import { AsOf, ErrorNotice, Notice } from '../../../ui/Notice.tsx'
import { Page } from '../../../ui/Page.tsx'
import { SlipDialog } from '../../queue/components/SlipDialog.tsx'
import { appointmentKeys, fetchAppointments } from '../api.ts'
import { AppointmentDialog } from '../components/AppointmentDialog.tsx'
import styles from '../components/Appointments.module.css'
import { BookDialog, type BookForm } from '../components/BookDialog.tsx'
import { Column, OFFER_MIN } from '../components/Column.tsx'
import { useColumns, useMayBook } from '../rights.ts'
import { weekOf } from '../times.ts'
import type { Appointment, Arrival } from '../types.ts'

type Asking = { form: BookForm; appointment: Appointment | null } | null

/** Who comes when: a day by doctor or a doctor's week, with the free times between. */
export function AppointmentsPage() {
  const { t } = useTranslation()
  const mayBook = useMayBook()
  const doctors = useColumns()
  const [typed, setTyped] = useState(clinicToday)
  const [day, setDay] = useState(typed)
  const [view, setView] = useState('day')
  const [chosen, setChosen] = useState('')
  const [opened, setOpened] = useState<Appointment | null>(null)
  const [asking, setAsking] = useState<Asking>(null)
  const [ticket, setTicket] = useState<Arrival['ticket'] | null>(null)
  const doctor = doctors.find(({ id }) => id === chosen) ?? doctors[0]
  const week = view === 'week' ? weekOf(day) : null
  const [from, to] = week === null ? [day, day] : [week[0] ?? day, week.at(-1) ?? day]
  const only = week === null ? null : (doctor?.id ?? null)
  const query = useQuery({
    queryKey: appointmentKeys.days(from, to, only),
    queryFn: ({ signal }) => fetchAppointments(from, to, only, signal),
    placeholderData: keepPreviousData,
    staleTime: 0,
    refetchOnWindowFocus: 'always',
  })
  const shown = useKept(`appointments.${from}.${to}.${only}`, query)
  // Who may have his own appointments only, and is nobody's doctor yet, is refused: said in words that help.
  const isNobody = doctors.length === 0 && shown.error instanceof HttpError && shown.error.status === 403
  const open = (next: string): void => {
    setTyped(next)
    const read = readDay(next)
    if (read !== null) setDay(read)
  }
  const book = (doctorId: string, on: string, start: string): void =>
    setAsking({
      form: { patient: null, doctorId, day: on, start, minutes: OFFER_MIN, reason: '' },
      appointment: null,
    })
  const step = week === null ? 1 : 7
  const columns =
    week === null
      ? doctors.map((one) => ({ key: one.id, title: one.name, doctor: one, day }))
      : week.map((one) => ({ key: one, title: weekdayOf(one, t), doctor, day: one }))
  return (
    <Page
      wide
      title={t('appointments.title')}
      side={
        <>
          <AsOf atMs={shown.asOfMs} />
          {mayBook && doctor !== undefined ? (
            <Button
              leftSection={<Icon name="add" />}
              onClick={() => book(doctor.id, day < clinicToday() ? clinicToday() : day, '')}
            >
              {t('appointments.book')}
            </Button>
          ) : null}
        </>
      }
    >
      <div className={styles.tools}>
        <SegmentedControl
          aria-label={t('appointments.view')}
          data={['day', 'week'].map((value) => ({ value, label: t(`appointments.${value}View`) }))}
          value={view}
          onChange={setView}
        />
        <Button variant="default" onClick={() => open(addDays(day, -step))}>
          {t('appointments.earlier')}
        </Button>
        <DayInput aria-label={t('appointments.day')} w={120} value={typed} onChange={open} />
        <Button variant="default" onClick={() => open(addDays(day, step))}>
          {t('appointments.later')}
        </Button>
        <Button variant="default" disabled={day === clinicToday()} onClick={() => open(clinicToday())}>
          {t('appointments.today')}
        </Button>
        {week === null || doctors.length < 2 ? null : (
          <Select
            aria-label={t('appointments.doctor')}
            allowDeselect={false}
            data={doctors.map(({ id, name }) => ({ value: id, label: name }))}
            value={doctor?.id ?? null}
            onChange={(id) => setChosen(id ?? '')}
          />
        )}
      </div>
      {isNobody ? (
        <Notice tone="warn" title={t('consultations.noDoctor')}>
          {t('consultations.noDoctorHint')}
        </Notice>
      ) : (
        <ErrorNotice error={shown.error} onRetry={() => void query.refetch()} />
      )}
      {shown.isPending ? <Loading rows={8} /> : null}
      {shown.data !== undefined && doctors.length === 0 ? (
        <Empty title={t('appointments.noDoctors')}>{t('appointments.noDoctorsHint')}</Empty>
      ) : null}
      {shown.data === undefined ? null : (
        <div className={styles.columns} data-view={view}>
          {columns.map(({ key, title, doctor: whose, day: on }) =>
            whose === undefined ? null : (
              <Column
                key={key}
                title={title}
                doctor={whose}
                day={on}
                appointments={(shown.data?.data ?? []).filter(
                  (one) => one.doctorId === whose.id && clinicToday(Date.parse(one.start)) === on,
                )}
                onOpen={setOpened}
                onBook={book}
              />
            ),
          )}
        </div>
      )}
      {opened === null ? null : (
        <AppointmentDialog
          appointment={opened}
          onArrived={(made) => {
            setOpened(null)
            setTicket(made)
          }}
          onReschedule={(one) => {
            setOpened(null)
            setAsking({ form: formOf(one), appointment: one })
          }}
          onClose={() => setOpened(null)}
        />
      )}
      {asking === null ? null : (
        <BookDialog {...asking} onDone={() => setAsking(null)} onClose={() => setAsking(null)} />
      )}
      {ticket === null ? null : (
        <SlipDialog ticket={ticket} token={ticket.slipToken} onClose={() => setTicket(null)} />
      )}
    </Page>
  )
}

const weekdayOf = (day: string, t: (key: string) => string): string =>
  `${t(`appointments.weekday.${new Date(`${day}T00:00:00Z`).getUTCDay()}`)} ${formatDay(day).slice(0, 5)}`

const formOf = ({ patient, doctorId, start, minutes, reason }: Appointment): BookForm => ({
  patient,
  doctorId,
  day: clinicToday(Date.parse(start)),
  start,
  minutes,
  reason: reason ?? '',
})
