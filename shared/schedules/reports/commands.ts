import type { AuditEntry } from '../../audit/entry.ts'
import { writeAudit } from '../../audit/write.ts'
import type { Knex } from '../../db/connect.ts'
import { isDuplicateKey } from '../../db/errors.ts'
import { madeBefore, type Once, onceInsertion } from '../../db/idempotency.ts'
import { assertSeen, type Seen } from '../../db/seen.ts'
import { inTransaction } from '../../db/transaction.ts'
import type { Deps } from '../../deps.ts'
import { AppError } from '../../errors/app-error.ts'
import type { JobQueues } from '../../jobs/queues.ts'
import { writeMail } from '../../mails/commands.ts'
import { type Asker, type OperationRequest, requestOperation } from '../../operations/commands.ts'
import type { OperationRow } from '../../operations/repository.ts'
import { scopeOf } from '../../reports/reads.ts'
import { reportRequest } from '../../reports/schema.ts'
import type { Principal } from '../../rights/permissions.ts'
import { toSqlUtc } from '../../units/clock.ts'
import { clinicDay } from '../../units/dates.ts'
import { newId } from '../../units/ids.ts'
import { addSchedules, updateSchedule } from '../repository.ts'
import { assertWhole, lastSlot } from '../rules.ts'
import { rhythmOf } from '../view.ts'
import { assertVisible, getReportSchedule, seesAll } from './reads.ts'
import {
  addReportQuestion,
  changeReportQuestion,
  findReportSchedule,
  listReportSchedules,
  type ReportQuestion,
  type ReportScheduleRow,
  removeReportSchedule,
} from './repository.ts'
import { mayBeAttached, periodParams } from './rules.ts'
import type { ReportSchedule, ReportScheduleChanges, ReportScheduleInput } from './schema.ts'
import { viewReportSchedule } from './view.ts'

type Who = Omit<AuditEntry, 'action' | 'outcome'>

/** More than anybody reads; each is worked out again and again. */
const MOST_PER_OWNER = 50
const ENTITY = 'schedule'

const broken = (path: string, message: string) => new AppError('rule/broken', { errors: [{ path, message }] })

type Question = Pick<ReportQuestion, 'report' | 'params' | 'period' | 'format' | 'language'>

/** What is asked on a clinic day: the report's own parameters, those of the period filled in. */
function requestOn({ report, params, period, format, language }: Question, day: string) {
  const dated = ['from', 'to', 'month'].find((name) => Object.hasOwn(params, name))
  if (dated !== undefined)
    throw new AppError('request/invalid', {
      errors: [{ path: `params.${dated}`, message: 'Follows from the period' }],
    })
  const all = { ...params, ...periodParams(report, period, day) }
  const read = reportRequest.safeParse({ report, params: all, format, language })
  if (read.success) return read.data
  throw new AppError('request/invalid', {
    errors: read.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
  })
}

/** Throws what stands against a question: parameters, rights, addresses for those who may not have every report. */
async function assertAskable(
  deps: Deps,
  question: ReportQuestion & { every: string; weekday: number | null; month_day: number | null },
  who: Principal,
): Promise<void> {
  assertWhole(question)
  const { report, params } = requestOn(question, clinicDay(deps.clock.now()))
  await scopeOf(deps, who, report, params)
  if (question.recipients.length > 0 && !seesAll(who))
    throw broken('recipients', 'Only those who may have every report may have them sent')
  if (question.attach && !mayBeAttached(report))
    throw broken('attach', 'This report names patients; a mail may only say where it lies')
}

const about = (who: Who, name: string, action: string, detail: Record<string, unknown>): AuditEntry => ({
  ...who,
  action: `schedules.${action}`,
  entity: ENTITY,
  entityId: name,
  outcome: 'ok',
  detail,
})

/** Has a report made by itself from its next time on. Throws `request/invalid`, `rule/broken`, `auth/forbidden`. */
export async function createReportSchedule(
  deps: Deps,
  input: ReportScheduleInput,
  principal: Principal,
  who: Who,
  once: Once | undefined,
): Promise<ReportSchedule> {
  const before = once === undefined ? undefined : await madeBefore(deps.db, once, ENTITY)
  if (before !== undefined) return getReportSchedule(deps, before, principal)
  const { every, at, weekday, monthDay, enabled, ...asked } = input
  const question = { ...asked, owner_id: principal.userId }
  const rhythm = { every, at, weekday, monthDay }
  await assertAskable(deps, { ...question, every, weekday, month_day: monthDay }, principal)
  if ((await listReportSchedules(deps.db, principal.userId)).length >= MOST_PER_OWNER)
    throw broken('report', `Nobody may have more than ${MOST_PER_OWNER} of them`)
  const now = deps.clock.now()
  const at_ = toSqlUtc(now)
  const name = newId()
  const slot = toSqlUtc(lastSlot(rhythm, now, deps.config.TZ_CLINIC))
  try {
    return await inTransaction(deps.db, async (trx) => {
      const row = { name, every, at_time: at, weekday, month_day: monthDay, enabled, slot_at: slot }
      await addSchedules(trx, [{ ...row, created_at: at_, updated_at: at_ }])
      await addReportQuestion(trx, name, question)
      if (once !== undefined) await onceInsertion(trx, once, ENTITY, name)
      await writeAudit(trx, about(who, name, 'create', { ...input }), now)
      const made = (await findReportSchedule(trx, name)) as ReportScheduleRow
      return viewReportSchedule(made, now, deps.config.TZ_CLINIC)
    })
  } catch (error) {
    const first = once !== undefined && isDuplicateKey(error) ? await madeBefore(deps.db, once, ENTITY) : null
    if (typeof first === 'string') return getReportSchedule(deps, first, principal)
    throw error
  }
}

const given = <T extends object>(all: T): Partial<T> =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Partial<T>

/** Changes one that was seen; what was due before is not made up for. Throws `state/version` and what create throws. */
export async function changeReportSchedule(
  deps: Deps,
  name: string,
  seen: Seen,
  { version: _, ...changes }: ReportScheduleChanges,
  principal: Principal,
  who: Who,
): Promise<ReportSchedule> {
  const now = deps.clock.now()
  const zone = deps.config.TZ_CLINIC
  const { every, at, weekday, monthDay, enabled, ...asked } = changes
  const rhythm = given({ every, at_time: at, weekday, month_day: monthDay, enabled })
  const question = given(asked) as Partial<ReportQuestion>
  return inTransaction(deps.db, async (trx) => {
    const before = assertVisible(await findReportSchedule(trx, name, true), principal)
    assertSeen(seen, before.version, viewReportSchedule(before, now, zone))
    const after = { ...before, ...rhythm, ...question } as ReportScheduleRow
    // turned off is turned off, whatever the rights have become
    if (Object.keys(changes).some((key) => key !== 'enabled')) await assertAskable(deps, after, principal)
    const slot = toSqlUtc(lastSlot(rhythmOf(after), now, zone))
    await changeReportQuestion(trx, name, question)
    await updateSchedule(trx, name, { ...rhythm, slot_at: slot }, toSqlUtc(now))
    await writeAudit(trx, about(who, name, 'change', changes), now)
    return viewReportSchedule((await findReportSchedule(trx, name)) as ReportScheduleRow, now, zone)
  })
}

/** Ends one; files that it made stay on the shelf for their time. Throws `not-found`. */
export async function endReportSchedule(
  deps: Deps,
  name: string,
  principal: Principal,
  who: Who,
): Promise<void> {
  await inTransaction(deps.db, async (trx) => {
    const { report, owner_id: owner } = assertVisible(await findReportSchedule(trx, name, true), principal)
    await removeReportSchedule(trx, name)
    await writeAudit(trx, about(who, name, 'remove', { report, owner }), deps.clock.now())
  })
}

/** The operation that a schedule asks for at a moment of its own. */
export function scheduledRequest(row: ReportScheduleRow, slot: Date): OperationRequest {
  const { report, ...asked } = requestOn(row, clinicDay(slot))
  return { type: 'report', kind: report, params: { ...asked, schedule: row.name } }
}

/** Makes the report now, for whoever asks, and tells the same people of it. */
export async function runReportNow(
  deps: Deps,
  queues: JobQueues,
  name: string,
  asker: Asker & { principal: Principal },
  idempotencyKey: string | undefined,
): Promise<OperationRow> {
  const row = assertVisible(await findReportSchedule(deps.db, name), asker.principal)
  const request = scheduledRequest(row, deps.clock.now())
  await scopeOf(deps, asker.principal, row.report, (request.params as { params: object }).params)
  const asked = await requestOperation(
    deps,
    queues,
    { ...request, idempotencyKey },
    asker,
    async (trx, id) => {
      await trx('schedules').where({ name }).update({ last_operation: id })
    },
  )
  return asked.row
}

/**
 * Writes the mail about a report that is just being ended, in that transaction: no file without its mail, no mail without
 * its file. A schedule that was ended meanwhile, or has nobody to tell, writes none.
 */
export async function writeReportMail(
  trx: Knex.Transaction,
  name: string,
  operationId: string,
  now: Date,
): Promise<void> {
  const row = await findReportSchedule(trx, name)
  if (row === undefined || row.recipients.length === 0) return
  const { title, language, recipients } = row
  const attach = Number(row.attach) === 1 && mayBeAttached(row.report)
  await writeMail(trx, { operationId, title, language, recipients, attach }, now)
}
