import type { Db } from '../../db/connect.ts'
import type { ReportFormat } from '../../reports/schema.ts'
import type { ScheduleRow } from '../repository.ts'
import type { Period, SchedulableReport } from './rules.ts'

/** One row of `report_schedules` with its row of `schedules`, its owner's name and its last mail. */
export interface ReportScheduleRow extends ScheduleRow {
  title: string
  report: SchedulableReport
  params: Record<string, unknown>
  period: Period
  format: ReportFormat
  language: 'en' | 'ms'
  recipients: string[]
  attach: number | boolean
  owner_id: string
  owner_name: string
  mail_status: 'waiting' | 'sent' | 'failed' | null
  mail_fault: string | null
  mail_ended_at: string | null
}

/** What of a row stands in `report_schedules` itself. */
export type ReportQuestion = Pick<
  ReportScheduleRow,
  'title' | 'report' | 'params' | 'period' | 'format' | 'language' | 'recipients' | 'attach' | 'owner_id'
>

const COLUMNS = {
  name: 's.name',
  every: 's.every',
  at_time: 's.at_time',
  weekday: 's.weekday',
  month_day: 's.month_day',
  enabled: 's.enabled',
  slot_at: 's.slot_at',
  last_operation: 's.last_operation',
  version: 's.version',
  title: 'r.title',
  report: 'r.report',
  params: 'r.params',
  period: 'r.period',
  format: 'r.format',
  language: 'r.language',
  recipients: 'r.recipients',
  attach: 'r.attach',
  owner_id: 'r.owner_id',
  owner_name: 'u.name',
  mail_status: 'm.status',
  mail_fault: 'm.fault',
  mail_ended_at: 'm.ended_at',
} as const

const rows = (db: Db) =>
  db('report_schedules as r')
    .comment('report-schedules.read')
    .join('schedules as s', 's.name', 'r.name')
    .join('users as u', 'u.id', 'r.owner_id')
    .leftJoin('mails as m', 'm.operation_id', 's.last_operation')
    .select(COLUMNS)

/** JSON columns come as text from some servers and parsed from others. */
const parsed = <T>(value: T | string): T => (typeof value === 'string' ? (JSON.parse(value) as T) : value)

const plain = (row: ReportScheduleRow): ReportScheduleRow => ({
  ...row,
  params: parsed(row.params),
  recipients: parsed(row.recipients),
})

/** All of them, or those of one owner, by title. */
export async function listReportSchedules(db: Db, ownerId?: string): Promise<ReportScheduleRow[]> {
  const query = rows(db).orderBy('r.title').orderBy('r.name')
  if (ownerId !== undefined) query.where('r.owner_id', ownerId)
  return ((await query) as ReportScheduleRow[]).map(plain)
}

/** One of them, locked when asked within a transaction. */
export async function findReportSchedule(
  db: Db,
  name: string,
  lock = false,
): Promise<ReportScheduleRow | undefined> {
  if (lock) await db('schedules').where({ name }).forUpdate().first('name')
  const row = (await rows(db).where('r.name', name).first()) as ReportScheduleRow | undefined
  return row === undefined ? undefined : plain(row)
}

const columnsOf = ({ params, recipients, ...others }: Partial<ReportQuestion>) => ({
  ...others,
  ...(params === undefined ? {} : { params: JSON.stringify(params) }),
  ...(recipients === undefined ? {} : { recipients: JSON.stringify(recipients) }),
})

/** Adds the question beside a row of `schedules` that is there already. */
export async function addReportQuestion(db: Db, name: string, question: ReportQuestion): Promise<void> {
  await db('report_schedules').insert({ name, ...columnsOf(question) })
}

/** Changes columns of the question. */
export async function changeReportQuestion(
  db: Db,
  name: string,
  changes: Partial<ReportQuestion>,
): Promise<void> {
  const columns = columnsOf(changes)
  if (Object.keys(columns).length > 0) await db('report_schedules').where({ name }).update(columns)
}

/** Removes schedule and question. */
export async function removeReportSchedule(db: Db, name: string): Promise<void> {
  await db('schedules').where({ name }).delete()
}
