import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { clinicToday, formatClock } from '../../../lib/format.ts'
import type { Doctor } from '../../doctors/api.ts'
import { appointmentKeys, fetchFree } from '../api.ts'
import { useMayBook } from '../rights.ts'
import { endMs } from '../times.ts'
import type { Appointment } from '../types.ts'
import styles from './Appointments.module.css'

/** How long the offers are that stand in the calendar, minutes. */
export const OFFER_MIN = 15

interface ColumnProps {
  title: string
  doctor: Doctor
  day: string
  appointments: readonly Appointment[]
  onOpen: (appointment: Appointment) => void
  onBook: (doctorId: string, day: string, start: string) => void
}

type Entry = { atMs: number; start: string } & ({ appointment: Appointment } | { appointment: null })

/** One doctor's day: who comes when, and between them when there is time. */
export function Column({ title, doctor, day, appointments, onOpen, onBook }: ColumnProps) {
  const { t } = useTranslation()
  const mayBook = useMayBook()
  const free = useQuery({
    queryKey: appointmentKeys.free(doctor.id, day, OFFER_MIN, OFFER_MIN),
    queryFn: ({ signal }) => fetchFree(doctor.id, day, OFFER_MIN, OFFER_MIN, signal),
    enabled: mayBook && day >= clinicToday(),
    staleTime: 0,
    refetchOnWindowFocus: 'always',
  })
  const entries: Entry[] = [
    ...appointments.map((appointment) => ({
      atMs: Date.parse(appointment.start),
      start: appointment.start,
      appointment,
    })),
    ...(free.data ?? []).map((start) => ({ atMs: Date.parse(start), start, appointment: null })),
  ].sort((a, b) => a.atMs - b.atMs)
  return (
    <section className={styles.column} aria-label={title}>
      <h2>{title}</h2>
      {entries.length === 0 && !free.isLoading ? (
        <p className={styles.off}>{t('appointments.nothing')}</p>
      ) : null}
      <ul>
        {entries.map(({ start, appointment }) =>
          appointment === null ? (
            <li key={start}>
              <button
                type="button"
                className={styles.offer}
                aria-label={t('appointments.bookAt', { time: formatClock(Date.parse(start)) })}
                onClick={() => onBook(doctor.id, day, start)}
              >
                {formatClock(Date.parse(start))}
              </button>
            </li>
          ) : (
            <li key={appointment.id}>
              <Card appointment={appointment} onOpen={onOpen} />
            </li>
          ),
        )}
      </ul>
    </section>
  )
}

function Card({
  appointment,
  onOpen,
}: {
  appointment: Appointment
  onOpen: (appointment: Appointment) => void
}) {
  const { t } = useTranslation()
  const { start, patient, reason, status } = appointment
  return (
    <button
      type="button"
      className={styles.card}
      data-status={status}
      data-appointment={appointment.id}
      onClick={() => onOpen(appointment)}
    >
      <span className={styles.time}>
        {formatClock(Date.parse(start))}–{formatClock(endMs(appointment))}
      </span>
      <strong>{patient.name}</strong>
      {reason === null ? null : <span className={styles.reason}>{reason}</span>}
      <span className={styles.status}>{t(`appointments.status.${status}`)}</span>
    </button>
  )
}
