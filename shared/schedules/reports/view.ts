import { fromSqlUtc } from '../../units/clock.ts'
import { viewSchedule } from '../view.ts'
import type { ReportScheduleRow } from './repository.ts'
import type { ReportSchedule } from './schema.ts'

/** A report that is made by itself, as people and programs see it. */
export function viewReportSchedule(row: ReportScheduleRow, now: Date, zone: string): ReportSchedule {
  const { does: _, ...rhythm } = viewSchedule(row, now, zone)
  return {
    ...rhythm,
    title: row.title,
    report: row.report,
    params: row.params,
    period: row.period,
    format: row.format,
    language: row.language,
    recipients: row.recipients,
    attach: Number(row.attach) === 1,
    owner: { id: row.owner_id, name: row.owner_name },
    lastMail:
      row.mail_status === null
        ? null
        : { status: row.mail_status, fault: row.mail_fault, endedAt: fromSqlUtc(row.mail_ended_at) },
  }
}
