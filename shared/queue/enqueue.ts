import type { AuditEntry } from '../audit/entry.ts'
import { writeAudit } from '../audit/write.ts'
import { type WriteDeps, writing } from '../cache/writing.ts'
import type { Knex } from '../db/connect.ts'
import { isDuplicateKey } from '../db/errors.ts'
import { keepOnce, madeBefore, type Once } from '../db/idempotency.ts'
import type { Deps } from '../deps.ts'
import { activeDoctor } from '../doctors/reads.ts'
import { AppError } from '../errors/app-error.ts'
import { ring } from '../events/outbox.ts'
import {
  holdPatients,
  insertNewPatients,
  nameOf,
  type PatientName,
  prepareNewPatients,
  throwDuplicate,
} from '../patients/commands.ts'
import { PATIENTS } from '../patients/reads.ts'
import type { PatientInput } from '../patients/schema.ts'
import { settingsOf } from '../settings/reads.ts'
import { toSqlUtc } from '../units/clock.ts'
import { clinicDay } from '../units/dates.ts'
import { newId } from '../units/ids.ts'
import { QUEUE } from './domain.ts'
import { giveNumber, type TicketDraft } from './give-number.ts'
import type { TicketRow } from './model.ts'
import { readFormat } from './numbers.ts'
import { presentTicket } from './reads.ts'
import { insertVisits } from './repository.ts'
import type { MemberInput, NewTicket, TicketInput } from './schema.ts'
import { newSlipToken } from './slip.ts'
import { ticketEvents, viewTicket } from './view.ts'

export type QueueWriteDeps = WriteDeps & Pick<Deps, 'redis'>
export type Who = Omit<AuditEntry, 'action' | 'outcome'>

/** What the parts of the request are called in an answer about them. */
export interface Paths {
  patient(n: number): string
  patientId(n: number): string
  doctorId: string
}

export interface EnqueueRequest {
  members: readonly MemberInput[]
  ticket: TicketInput
  paths: Paths
  once?: Once | undefined
}

const ENTITY = 'visit'

/** Everybody in the order of the request, written or held; new ones come first into the table. */
async function gather(
  trx: Knex.Transaction,
  members: readonly MemberInput[],
  rows: Awaited<ReturnType<typeof prepareNewPatients>>,
  paths: Paths,
): Promise<PatientName[]> {
  if (rows.length > 0) await insertNewPatients(trx, rows)
  const known = members.flatMap(({ patientId }, n) => (patientId === undefined ? [] : [{ patientId, n }]))
  const held = await holdPatients(
    trx,
    known.map(({ patientId }) => patientId),
    (n) => paths.patientId(known[n]?.n ?? 0),
  )
  const fresh = rows.map(nameOf)
  return members.map(({ patientId }) => (patientId === undefined ? fresh : held).shift() as PatientName)
}

/** The ticket of an earlier request under the same key, with a new slip: the first answer may have been lost. */
async function again(deps: QueueWriteDeps, visitId: string): Promise<NewTicket> {
  const slip = newSlipToken()
  await deps
    .db('tickets')
    .comment('queue.new-slip')
    .where({ visit_id: visitId })
    .update({ slip_hash: slip.hash })
  return { ...(await presentTicket(deps.db, { visit_id: visitId })), slipToken: slip.token }
}

/**
 * Puts one patient or several who came together in the queue, and those who are new into the file, in one transaction
 * of nine round trips at most. Throws `rule/broken` naming the fields, `state/duplicate` naming who has the number.
 */
export async function enqueue(deps: QueueWriteDeps, request: EnqueueRequest, who: Who): Promise<NewTicket> {
  const { members, ticket, paths, once } = request
  const made = once === undefined ? undefined : await madeBefore(deps.db, once, ENTITY)
  if (made !== undefined) return again(deps, made)
  const ids = members.flatMap(({ patientId }) => patientId ?? [])
  if (new Set(ids).size < ids.length)
    throw new AppError('rule/broken', { errors: [{ path: 'members', message: 'Somebody is named twice' }] })
  const settings = await settingsOf(deps)
  const doctor = ticket.doctorId == null ? null : await activeDoctor(deps, ticket.doctorId, paths.doctorId)
  const news = members.flatMap(({ patient }, n) => (patient === undefined ? [] : [{ patient, n }]))
  const rows = await prepareNewPatients(
    deps,
    news.map(({ patient }) => patient as PatientInput),
    (n) => paths.patient(news[n]?.n ?? 0),
  )
  const now = deps.clock.now()
  const at = toSqlUtc(now)
  const day = clinicDay(now)
  const slip = newSlipToken()
  const priority = ticket.priority ?? 'normal'
  const shared = {
    day,
    group_uid: members.length > 1 ? newId() : null,
    doctor_id: doctor?.id ?? null,
    room: null,
    priority,
    reason: ticket.reason ?? null,
    line_rank: settings['queue.priorityOrder'].indexOf(priority),
  }

  const work = async (trx: Knex.Transaction) => {
    const people = await gather(trx, members, rows, paths)
    const visit = {
      visited_on: day,
      doctor_id: shared.doctor_id,
      group_uid: shared.group_uid,
      created_at: at,
    }
    const visitId = await insertVisits(
      trx,
      people.map(({ id }) => id),
      visit,
    )
    if (once !== undefined) await keepOnce(trx, once, ENTITY, visitId)
    const audit = people.flatMap(({ id }): AuditEntry[] => {
      const about = { ...who, patientId: id, outcome: 'ok' } as const
      const come: AuditEntry = { ...about, action: 'queue.create', entity: ENTITY, entityId: visitId }
      const isNew = rows.some((row) => row.id === id)
      return isNew
        ? [{ ...about, action: 'patients.register', entity: 'patient', entityId: id }, come]
        : [come]
    })
    await writeAudit(trx, audit, now)
    return { result: { people, visitId }, ids: rows.map(({ id }) => id) }
  }

  const last = async (
    trx: Knex.Transaction,
    { people, visitId }: { people: PatientName[]; visitId: string },
  ) => {
    const [head] = people as [PatientName]
    const draft: TicketDraft = { ...shared, visit_id: visitId, patient_id: head.id, slip_hash: slip.hash, at }
    const row: TicketRow = {
      ...draft,
      id: '',
      number: '',
      patient_name: head.name,
      status: 'waiting',
      priority,
      place: 0,
      call_id: null,
      waited_s: null,
      consulted_s: null,
      status_at: at,
      called_at: null,
      consultation_at: null,
      dispensing_at: null,
      payment_at: null,
      ended_at: null,
      version: 1,
      created_at: at,
    }
    const view = viewTicket(row, people.length > 1 ? people : [])
    const [staff, screens] = ticketEvents('queue.created', view, settings['display.names'], now)
    const format = { ...readFormat(settings['queue.ticketFormat']), start: settings['queue.ticketStart'] }
    const events = { staff: JSON.stringify(staff), screens: JSON.stringify(screens) }
    const { id, no, number } = await giveNumber(trx, draft, format, events)
    return { ...view, id, number, order: [shared.line_rank, no] as [number, number], slipToken: slip.token }
  }

  try {
    const ticketMade = await writing(deps, rows.length > 0 ? PATIENTS : QUEUE, work, last)
    void ring(deps)
    return ticketMade
  } catch (error) {
    // two requests with the same key at once: the second waited for the first one's row of the key
    const first =
      once === undefined || !isDuplicateKey(error) ? undefined : await madeBefore(deps.db, once, ENTITY)
    if (first !== undefined) return again(deps, first)
    return throwDuplicate(deps, rows, error)
  }
}
