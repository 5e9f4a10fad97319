import { useTranslation } from 'react-i18next'
import { CLINIC_ZONE, formatCount } from '../../../lib/format.ts'
import { formatRm, senOf } from '../../billing/amounts.ts'
import type { Dashboard } from '../types.ts'
import { Bars, Columns } from './Bars.tsx'
import { Figure } from './Figure.tsx'

const FIRST_HOUR = 8
const LAST_HOUR = 21

const STAGE_COLOURS: Readonly<Record<string, string>> = {
  waiting: '--stage-waiting',
  called: '--stage-called',
  in_consultation: '--stage-consultation',
  dispensing: '--stage-dispensing',
  payment: '--stage-payment',
  completed: '--stage-done',
  on_hold: '--stage-waiting',
  no_show: '--bad',
  cancelled: '--bad',
}

const hourNow = (): number =>
  Number(
    new Intl.DateTimeFormat('en-GB', { timeZone: CLINIC_ZONE, hour: '2-digit', hourCycle: 'h23' }).format(),
  )

/** When people came; the clinic's usual hours, and any other that somebody came in. */
export function VisitsByHour({ board, today }: { board: Dashboard; today: boolean }) {
  const { t } = useTranslation()
  const counts = new Map(board.visits.byHour.map(({ hour, visits }) => [hour, visits]))
  const first = Math.min(FIRST_HOUR, ...counts.keys())
  const last = Math.max(LAST_HOUR, ...counts.keys())
  const hours = Array.from({ length: last - first + 1 }, (_, n) => first + n)
  const span = (hour: number): string => `${String(hour).padStart(2, '0')}:00`
  return (
    <Figure
      title={t('dashboard.byHour')}
      heads={[t('dashboard.hour'), t('dashboard.visits')]}
      rows={board.visits.byHour.map(({ hour, visits }) => [span(hour), formatCount(visits)])}
    >
      <Columns
        columns={hours.map((hour) => ({
          key: String(hour),
          label: String(hour).padStart(2, '0'),
          value: counts.get(hour) ?? 0,
          shown: formatCount(counts.get(hour) ?? 0),
          marked: today && hour === hourNow(),
        }))}
      />
    </Figure>
  )
}

/** Where the day's people are by now. */
export function States({ board }: { board: Dashboard }) {
  const { t } = useTranslation()
  const rows = Object.entries(board.visits.byStatus)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => ({ status, name: t(`queue.status.${status}`), count }))
  return (
    <Figure
      title={t('dashboard.states')}
      heads={[t('dashboard.state'), t('dashboard.visits')]}
      rows={rows.map(({ name, count }) => [name, formatCount(count)])}
    >
      <Bars
        bars={rows.map(({ status, name, count }) => ({
          key: status,
          name,
          value: count,
          shown: formatCount(count),
          colour: STAGE_COLOURS[status] ?? '--stage-waiting',
        }))}
      />
    </Figure>
  )
}

/** What came in, by the way of paying. */
export function TakingsByMethod({ board }: { board: Dashboard }) {
  const { t } = useTranslation()
  const rows = board.takings.byMethod.map(({ method, amount }) => ({
    method,
    name: t(`billing.method.${method}`),
    amount,
  }))
  return (
    <Figure
      title={t('dashboard.byMethod')}
      heads={[t('dashboard.method'), t('dashboard.takings')]}
      rows={rows.map(({ name, amount }) => [name, formatRm(amount)])}
    >
      <Bars
        bars={rows.map(({ method, name, amount }) => ({
          key: method,
          name,
          value: senOf(amount),
          shown: formatRm(amount),
        }))}
      />
    </Figure>
  )
}

/** Each doctor's day. */
export function ByDoctor({ board }: { board: Dashboard }) {
  const { t } = useTranslation()
  const minutes = (value: number | null): string => (value === null ? '–' : formatCount(value))
  const rows = board.doctors.map((one) => ({ ...one, name: one.name ?? t('dashboard.nobody') }))
  return (
    <Figure
      title={t('dashboard.byDoctor')}
      heads={[
        t('dashboard.doctor'),
        t('dashboard.visits'),
        t('dashboard.takings'),
        t('dashboard.waitingMin'),
        t('dashboard.consultationMin'),
      ]}
      rows={rows.map(({ name, visits, takings, waiting, consultation }) => [
        name,
        formatCount(visits),
        formatRm(takings),
        minutes(waiting.medianMin),
        minutes(consultation.medianMin),
      ])}
    >
      <Bars
        bars={rows.map(({ doctorId, name, visits, takings }) => ({
          key: doctorId ?? '',
          name,
          value: visits,
          shown: `${formatCount(visits)} · ${formatRm(takings)}`,
        }))}
      />
    </Figure>
  )
}

/** What was handed over most. */
export function TopMedicines({ board }: { board: Dashboard }) {
  const { t } = useTranslation()
  const rows = board.medicines.map((one) => ({ ...one, name: one.name ?? one.medicationId }))
  return (
    <Figure
      title={t('dashboard.medicines')}
      heads={[t('dashboard.medicine'), t('dashboard.quantity')]}
      rows={rows.map(({ name, quantity }) => [name, formatCount(quantity)])}
    >
      <Bars
        bars={rows.map(({ medicationId, name, quantity }) => ({
          key: medicationId,
          name,
          value: quantity,
          shown: formatCount(quantity),
        }))}
      />
    </Figure>
  )
}

/** What people came with most. */
export function TopDiagnoses({ board }: { board: Dashboard }) {
  const { t } = useTranslation()
  const name = ({ code, title }: Dashboard['diagnoses'][number]): string =>
    title === null ? code : `${code} ${title}`
  return (
    <Figure
      title={t('dashboard.diagnoses')}
      heads={[t('dashboard.diagnosis'), t('dashboard.visits')]}
      rows={board.diagnoses.map((one) => [name(one), formatCount(one.visits)])}
    >
      <Bars
        bars={board.diagnoses.map((one) => ({
          key: one.code,
          name: name(one),
          value: one.visits,
          shown: formatCount(one.visits),
        }))}
      />
    </Figure>
  )
}
