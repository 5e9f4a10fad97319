import type { Db } from '../db/connect.ts'
import type { DayRange } from './rebuild.ts'
import type { FigureRow } from './summary.ts'

/** The same buckets as `bucketOf`. */
const BUCKET = `case when s < 3600 then floor(s / 60) when s < 14400 then floor(s / 300) * 5
  when s < 43200 then floor(s / 900) * 15 else 720 end`

const PEOPLE = `sum(if(t.group_uid is null, 1,
  (select count(*) from visits v where v.group_uid = t.group_uid)))`

const VISITS = `select 'visits' as measure, t.day, ifnull(t.doctor_id, 0) as doctor_id, t.status as part,
    ${PEOPLE} as value
  from tickets t where t.day between :from and :to group by 2, 3, 4`
const ARRIVALS = `select 'arrivals', t.day, ifnull(t.doctor_id, 0),
    date_format(t.created_at + interval 8 hour, '%H'), ${PEOPLE}
  from tickets t where t.day between :from and :to group by 2, 3, 4`
const WAITING = `select 'waiting', day, doctor, ${BUCKET}, count(*) from
    (select day, ifnull(doctor_id, 0) as doctor, waited_s as s from tickets
      where day between :from and :to and waited_s is not null) w group by 2, 3, 4`
const CONSULTING = `select 'consulting', day, doctor, ${BUCKET}, count(*) from
    (select day, ifnull(doctor_id, 0) as doctor, consulted_s as s from tickets
      where day between :from and :to and consulted_s is not null
        and status not in ('in_consultation', 'waiting')) c group by 2, 3, 4`

/** What the tickets of some days add up to: what `ticketFigures` says of each, counted by the server. */
export async function ticketRows(db: Db, { from, to }: DayRange): Promise<FigureRow[]> {
  const parts = [VISITS, ARRIVALS, WAITING, CONSULTING]
  const found: FigureRow[] = []
  for (const part of parts) {
    const [rows] = (await db.raw(part, { from, to })) as [Record<string, string | number>[]]
    for (const row of rows) {
      const [measure, day, doctor_id, cell, value] = Object.values(row)
      found.push({
        measure: String(measure),
        day: String(day),
        doctor_id: String(doctor_id),
        part: String(cell),
        value: Number(value),
      })
    }
  }
  return found
}
