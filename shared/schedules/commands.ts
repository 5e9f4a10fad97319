import type { AuditEntry } from '../audit/entry.ts'
import { writeAudit } from '../audit/write.ts'
import { assertSeen, type Seen } from '../db/seen.ts'
import { inTransaction, reading } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import type { JobQueues } from '../jobs/queues.ts'
import { hangBells } from '../jobs/schedulers.ts'
import { type Asker, type OperationRequest, requestOperation } from '../operations/commands.ts'
import type { OperationRow } from '../operations/repository.ts'
import { toSqlUtc } from '../units/clock.ts'
import { principalNow } from '../users/reads.ts'
import { type Definition, definitionOf, SCHEDULES, type ScheduleName } from './definitions.ts'
import { knownSchedules } from './reads.ts'
import { scheduledRequest } from './reports/commands.ts'
import { listReportSchedules, type ReportScheduleRow } from './reports/repository.ts'
import { addSchedules, findSchedule, type ScheduleRow, takeSlot, updateSchedule } from './repository.ts'
import { assertWhole, cronOf, lastSlot } from './rules.ts'
import type { Schedule, ScheduleChanges } from './schema.ts'
import { rhythmOf, viewSchedule } from './view.ts'

type Who = Omit<AuditEntry, 'action' | 'outcome'>
type ScheduleDeps = Pick<Deps, 'db' | 'clock' | 'config'>

/** Thrown inside the transaction of a slot that somebody else took. */
class SlotTaken extends Error {}

/** Adds schedules of this version that are not in the database; their first slot is the next one. */
export async function ensureSchedules({ db, clock, config }: ScheduleDeps): Promise<void> {
  const now = clock.now()
  const rows = (Object.keys(SCHEDULES) as ScheduleName[]).map((name) => {
    const entry: Definition = SCHEDULES[name]
    return {
      name,
      every: entry.every,
      at_time: entry.at,
      weekday: entry.weekday,
      month_day: entry.monthDay,
      enabled: true,
      slot_at: toSqlUtc(lastSlot(entry, now, config.TZ_CLINIC)),
      created_at: toSqlUtc(now),
      updated_at: toSqlUtc(now),
    }
  })
  await addSchedules(db, rows)
}

function requestOf(name: string) {
  const entry = definitionOf(name)
  if (entry === undefined) throw new AppError('not-found')
  return { type: entry.type, kind: entry.kind, params: { ...entry.params, schedule: name } }
}

/** What is asked for at a slot, and as whom; null: nobody is there any more to ask for it. */
type Ask = (slot: Date) => Promise<{ request: OperationRequest; asker: Asker } | null>

const isOn = ({ enabled }: ScheduleRow): boolean => Number(enabled) === 1

/** Takes the last slot of a schedule if it is due and nobody has; answers the operation, or null. */
async function takeIfDue(
  deps: Deps,
  queues: JobQueues,
  row: ScheduleRow,
  ask: Ask,
): Promise<OperationRow | null> {
  if (!isOn(row)) return null
  const at = lastSlot(rhythmOf(row), deps.clock.now(), deps.config.TZ_CLINIC)
  const slot = toSqlUtc(at)
  if (slot <= row.slot_at) return null
  const asked = await ask(at)
  if (asked === null) {
    await updateSchedule(deps.db, row.name, { slot_at: slot, enabled: false }, toSqlUtc(deps.clock.now()))
    return null
  }
  try {
    // the slot is taken in the transaction that writes the work down: exactly one has it, and it is never lost
    const made = await requestOperation(deps, queues, asked.request, asked.asker, async (trx, id) => {
      if (!(await takeSlot(trx, row.name, row.slot_at, slot, id))) throw new SlotTaken()
    })
    return made.row
  } catch (error) {
    if (error instanceof SlotTaken) return null
    throw error
  }
}

/**
 * A report is asked for with the rights that its owner has now; an owner who has left asks for nothing any more, nor does
 * anybody for what this version does not know.
 */
async function askedByOwner(deps: Deps, row: ReportScheduleRow, slot: Date) {
  const principal = await principalNow(deps, row.owner_id)
  try {
    return principal === null ? null : { request: scheduledRequest(row, slot), asker: { principal } }
  } catch (err) {
    if (!(err instanceof AppError)) throw err
    deps.log.warn({ err, schedule: row.name }, 'a scheduled report cannot be asked for and is turned off')
    return null
  }
}

/**
 * Writes down what is due: for each schedule the last slot that was not taken, however many were missed. Any number of
 * processes may call it at any time.
 */
export async function runDue(deps: Deps, queues: JobQueues): Promise<OperationRow[]> {
  const asked: (OperationRow | null)[] = []
  for (const row of await knownSchedules(deps)) {
    const own = { request: requestOf(row.name), asker: { principal: null } }
    asked.push(await takeIfDue(deps, queues, row, async () => own))
  }
  for (const row of await reading(listReportSchedules(deps.db)))
    asked.push(await takeIfDue(deps, queues, row, (slot) => askedByOwner(deps, row, slot)))
  return asked.filter((row) => row !== null)
}

/** Makes the bells in Redis ring when the schedules say; a missing bell only makes work begin some seconds late. */
export async function setBells(deps: ScheduleDeps, queues: JobQueues): Promise<void> {
  const all = [...(await knownSchedules(deps)), ...(await reading(listReportSchedules(deps.db)))]
  const rows = all.filter(isOn)
  await hangBells(
    queues,
    rows.map((row) => ({ name: row.name, pattern: cronOf(rhythmOf(row)), zone: deps.config.TZ_CLINIC })),
  )
}

/** Does now what a schedule would do at its next slot, which stays as it is. */
export async function runNow(
  deps: Deps,
  queues: JobQueues,
  name: string,
  asker: Asker,
  idempotencyKey: string | undefined,
): Promise<OperationRow> {
  const request = requestOf(name)
  const params = 'anyHour' in request.params ? { ...request.params, anyHour: true } : request.params
  return (await requestOperation(deps, queues, { ...request, params, idempotencyKey }, asker)).row
}

function columnsOf(given: Omit<ScheduleChanges, 'version'>) {
  const all = {
    every: given.every,
    at_time: given.at,
    weekday: given.weekday,
    month_day: given.monthDay,
    enabled: given.enabled,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

/**
 * Changes a schedule whose state was seen. What was due before the change is not made up for. Throws `state/version`,
 * `rule/broken` when the new rhythm lacks its day, `not-found`.
 */
export async function changeSchedule(
  deps: ScheduleDeps,
  name: string,
  seen: Seen,
  changes: Omit<ScheduleChanges, 'version'>,
  who: Who,
): Promise<Schedule> {
  const { db, clock, config } = deps
  const now = clock.now()
  const view = (row: ScheduleRow) => viewSchedule(row, now, config.TZ_CLINIC)
  return inTransaction(db, async (trx) => {
    const before = definitionOf(name) === undefined ? undefined : await findSchedule(trx, name, true)
    if (before === undefined) throw new AppError('not-found')
    assertSeen(seen, before.version, view(before))
    const after = { ...before, ...columnsOf(changes) } as ScheduleRow
    assertWhole(after)
    const slot = toSqlUtc(lastSlot(rhythmOf(after), now, config.TZ_CLINIC))
    await updateSchedule(trx, name, { ...columnsOf(changes), slot_at: slot }, toSqlUtc(now))
    await writeAudit(
      trx,
      {
        ...who,
        action: 'schedules.change',
        entity: 'schedule',
        entityId: name,
        outcome: 'ok',
        detail: changes,
      },
      now,
    )
    return view((await findSchedule(trx, name)) as ScheduleRow)
  })
}
