import { toSqlUtc } from '../units/clock.ts'
import { clinicDayStart } from '../units/dates.ts'
import { atOnce, COMMON, column, fetchRows, type Report, type ReportAsk } from './report.ts'

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

/** The values of a period and a doctor, with the instants between which its days lie and the clinic's offset. */
export function periodOf({ params, doctorId }: Pick<ReportAsk, 'params' | 'doctorId'>) {
  const { from = '', to = '' } = params
  const start = clinicDayStart(from)
  const after = new Date(Date.parse(`${to}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10)
  return {
    from,
    to,
    start: toSqlUtc(start),
    end: toSqlUtc(clinicDayStart(after)),
    offset: (Date.parse(`${from}T00:00:00Z`) - start.getTime()) / MINUTE_MS,
    doctor: doctorId,
  }
}

const VISITS = `select /* reports.visits */ v.visited_on, ifnull(d.name, '-'), count(*),
    sum(not exists (select 1 from visits e where e.patient_id = v.patient_id
      and (e.visited_on < v.visited_on or (e.visited_on = v.visited_on and e.id < v.id)))),
    count(distinct v.patient_id)
  from visits v
  left join doctors d on d.id = v.doctor_id
  where v.visited_on between :from and :to and (:doctor is null or v.doctor_id = :doctor)
  group by v.visited_on, v.doctor_id
  order by v.visited_on, d.name, v.doctor_id`

/** Visits, and those that were a patient's first. */
export const visits: Report = {
  title: { en: 'Visits and new patients', ms: 'Lawatan dan pesakit baharu' },
  columns: [
    COMMON.day,
    COMMON.doctor,
    column.count('Visits', 'Lawatan', 'visits'),
    column.count('First visits', 'Lawatan pertama', 'newPatients'),
    { ...column.count('Patients', 'Pesakit', 'patients'), isSummed: false },
  ],
  chart: { kind: 'bars', by: 'day', value: 'visits' },
  domains: ['queue', 'patients', 'doctors'],
  rows: (ask) => {
    const { from, to, doctor } = periodOf(ask)
    return atOnce(fetchRows(ask.db, VISITS, { from, to, doctor }))
  },
}

// who is still with the doctor, or waits again, has not been consulted to the end
const WAITING = `select /* reports.waiting */ distinct hour, doctor,
    count(*) over (partition by hour, doctor_id),
    round(median(waited_s) over (partition by hour, doctor_id) / 60, 1),
    round(percentile_cont(0.9) within group (order by waited_s) over (partition by hour, doctor_id) / 60, 1),
    round(median(consulted_s) over (partition by hour, doctor_id) / 60, 1),
    round(percentile_cont(0.9) within group (order by consulted_s) over (partition by hour, doctor_id) / 60, 1)
  from (
    select date_format(t.created_at + interval :offset minute, '%H') as hour, ifnull(d.name, '-') as doctor,
      t.doctor_id, t.waited_s,
      if(t.status in ('in_consultation', 'waiting'), null, t.consulted_s) as consulted_s
    from tickets t
    left join doctors d on d.id = t.doctor_id
    where t.day between :from and :to and t.status not in ('cancelled', 'no_show')
      and (:doctor is null or t.doctor_id = :doctor)
  ) times
  order by hour, doctor, doctor_id`

/** Minutes of waiting and of consultation, by hour of arrival and doctor. */
export const waiting: Report = {
  title: { en: 'Waiting and consultation times', ms: 'Masa menunggu dan konsultasi' },
  columns: [
    column.text('Hour', 'Jam', 'hour'),
    COMMON.doctor,
    column.count('Tickets', 'Tiket', 'tickets'),
    column.number('Wait, median (min)', 'Menunggu, median (min)', 'waitMedian'),
    column.number('Wait, 90 % (min)', 'Menunggu, 90 % (min)', 'wait90'),
    column.number('Consult., median (min)', 'Konsultasi, median (min)', 'consultMedian'),
    column.number('Consult., 90 % (min)', 'Konsultasi, 90 % (min)', 'consult90'),
  ],
  chart: { kind: 'bars', by: 'hour', value: 'tickets' },
  domains: ['queue', 'doctors'],
  rows: (ask) => {
    const { from, to, doctor, offset } = periodOf(ask)
    return atOnce(fetchRows(ask.db, WAITING, { from, to, doctor, offset }))
  },
}

const APPOINTMENTS = `select /* reports.appointments */ date(a.start_at + interval :offset minute), d.name, count(*),
    sum(a.status in ('arrived', 'done')), sum(a.status = 'no_show'), sum(a.status = 'cancelled'),
    sum(a.status = 'booked'),
    round(100 * sum(a.status = 'no_show') / nullif(sum(a.status in ('arrived', 'done', 'no_show')), 0), 1)
  from appointments a
  join doctors d on d.id = a.doctor_id
  where a.start_at >= :start and a.start_at < :end and (:doctor is null or a.doctor_id = :doctor)
  group by 1, a.doctor_id
  order by 1, d.name, a.doctor_id`

/** Appointments and who did not come. */
export const appointments: Report = {
  title: { en: 'Appointments and no-shows', ms: 'Temu janji dan tidak hadir' },
  columns: [
    COMMON.day,
    COMMON.doctor,
    column.count('Appointments', 'Temu janji', 'appointments'),
    column.count('Came', 'Hadir', 'came'),
    column.count('No-show', 'Tidak hadir', 'noShow'),
    column.count('Cancelled', 'Dibatalkan', 'cancelled'),
    column.count('Open', 'Belum', 'open'),
    column.number('No-show (%)', 'Tidak hadir (%)', 'noShowPercent'),
  ],
  chart: { kind: 'bars', by: 'doctor', value: 'noShow' },
  domains: ['appointments', 'doctors'],
  rows: (ask) => {
    const { start, end, doctor, offset } = periodOf(ask)
    return atOnce(fetchRows(ask.db, APPOINTMENTS, { start, end, doctor, offset }))
  },
}
