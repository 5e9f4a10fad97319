import type { AuditEntry } from '../audit/entry.ts'
import { type WriteDeps, writing } from '../cache/writing.ts'
import { type Figure, newPatientFigures, ticketFigures } from '../dashboard/rules.ts'
import type { Knex } from '../db/connect.ts'
import { isDuplicateKey } from '../db/errors.ts'
import { madeBefore, type Once } from '../db/idempotency.ts'
import type { Step } from '../db/one-trip.ts'
import type { Deps } from '../deps.ts'
import { activeDoctor } from '../doctors/reads.ts'
import { AppError } from '../errors/app-error.ts'
import { ring } from '../events/outbox.ts'
import {
  holdPatients,
  nameOf,
  type PatientName,
  type PatientRow,
  patientInsertions,
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
import { giveNumber, type TicketDraft, VISIT } from './give-number.ts'
import type { TicketRow } from './model.ts'
import { readFormat } from './numbers.ts'
import { reissueSlip } from './reissue.ts'
import type { MemberInput, NewTicket, Priority, Ticket, TicketInput } from './schema.ts'
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
  /** What another domain writes in the same transaction (the appointment that arrived); failing, it undoes all. */
  also?: ((trx: Knex.Transaction) => Promise<void>) | undefined
  /** The appointment that this is the arrival of; `also` holds it. */
  appointmentId?: string | undefined
  /** What another domain writes about everybody, right after their records; not run yet, it goes with them. */
  beside?: ((trx: Knex.Transaction, people: readonly PatientName[]) => readonly Step[]) | undefined
  /** Everybody gets a ticket and a visit of his own, instead of one ticket for all. */
  separate?: boolean | undefined
  /** When they came; by default now. */
  at?: Date | undefined
}

/** Everybody's names in the order of the request; those from the file are held there. */
async function namesOf(
  trx: Knex.Transaction,
  members: readonly MemberInput[],
  fresh: readonly PatientName[],
  paths: Paths,
): Promise<PatientName[]> {
  const known = members.flatMap(({ patientId }, n) => (patientId === undefined ? [] : [{ patientId, n }]))
  const held = await holdPatients(
    trx,
    known.map(({ patientId }) => patientId),
    (n) => paths.patientId(known[n]?.n ?? 0),
  )
  const news = [...fresh]
  return members.map(({ patientId }) => (patientId === undefined ? news : held).shift() as PatientName)
}

/** A ticket as it begins, without what its number and id will be. */
const beginning = (draft: TicketDraft, priority: Priority, patientName: string): TicketRow => ({
  ...draft,
  id: '',
  visit_id: '',
  number: '',
  patient_name: patientName,
  status: 'waiting',
  priority,
  place: 0,
  call_id: null,
  waited_s: null,
  consulted_s: null,
  status_at: draft.at,
  called_at: null,
  consultation_at: null,
  dispensing_at: null,
  payment_at: null,
  ended_at: null,
  version: 1,
  created_at: draft.at,
})

/** Who came, for the audit: each patient once for the visit, new ones for their record too. */
const auditOf = (who: Who, people: readonly PatientName[], isNew: (id: string) => boolean): AuditEntry[] =>
  people.flatMap(({ id }): AuditEntry[] => {
    const about = { ...who, patientId: id, entity: 'patient', entityId: id, outcome: 'ok' } as const
    const come = { ...about, action: 'queue.create' }
    return isNew(id) ? [{ ...about, action: 'patients.register' }, come] : [come]
  })

/** Everything about an arrival that is settled before its transaction. */
interface Prepared {
  rows: PatientRow[]
  settings: Awaited<ReturnType<typeof settingsOf>>
  shared: Omit<TicketDraft, 'patient_id' | 'group_uid' | 'slip_hash'>
  now: Date
}

async function prepare(
  deps: QueueWriteDeps,
  { members, ticket, paths, at, appointmentId }: EnqueueRequest,
): Promise<Prepared> {
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
  const now = at ?? deps.clock.now()
  const priority = ticket.priority ?? 'normal'
  const shared = {
    day: clinicDay(now),
    doctor_id: doctor?.id ?? null,
    room: null,
    priority,
    appointment_id: appointmentId ?? null,
    reason: ticket.reason ?? null,
    line_rank: settings['queue.priorityOrder'].indexOf(priority),
    at: toSqlUtc(now),
  }
  return { rows, settings, shared, now }
}

/** Writes one ticket for those who share it; `before` goes first in the same trip, with what it counts for. */
async function arrive(
  trx: Knex.Transaction,
  people: readonly PatientName[],
  { settings, shared, now, rows }: Prepared,
  { before, figures, once, who }: { before: Step[]; figures: Figure[]; once: Once | undefined; who: Who },
): Promise<{ ticket: NewTicket; note: string }> {
  const slip = newSlipToken()
  const [head] = people as readonly [PatientName]
  const group_uid = people.length > 1 ? newId() : null
  const draft: TicketDraft = { ...shared, group_uid, slip_hash: slip.hash, patient_id: head.id }
  const first = beginning(draft, shared.priority as Priority, head.name)
  const view = viewTicket(first, people.length > 1 ? people : [])
  const newIds = rows.map(({ id }) => id)
  const { note, id, visitId, number, no } = await giveNumber(trx, before, {
    draft,
    patientIds: people.map((person) => person.id),
    format: { ...readFormat(settings['queue.ticketFormat']), start: settings['queue.ticketStart'] },
    once,
    audit: auditOf(who, people, (each) => newIds.includes(each)),
    old: { domain: domainOf(rows), ids: newIds },
    figures: [...ticketFigures(first, people.length), ...figures],
    events: ticketEvents('queue.created', view, settings['display.names'], now),
  })
  const order: Ticket['order'] = [shared.line_rank, no]
  return { ticket: { ...view, id, visitId, number, order, slipToken: slip.token }, note }
}

const domainOf = (rows: readonly PatientRow[]): string => (rows.length > 0 ? PATIENTS : QUEUE)

/**
 * Puts one patient or several who came together in the queue, and those who are new into the file, in one transaction
 * of three round trips, or four where somebody is in the file already, and one more for each further ticket. Throws
 * `rule/broken` naming the fields, `state/duplicate` naming who has the number.
 */
export async function enqueueAll(
  deps: QueueWriteDeps,
  request: EnqueueRequest,
  who: Who,
): Promise<NewTicket[]> {
  const { members, paths, once, also, beside, separate } = request
  const made = once === undefined ? undefined : await madeBefore(deps.db, once, VISIT)
  // the first answer may have been lost, and its slip's token is kept nowhere
  if (made !== undefined) return [await reissueSlip(deps, { visit_id: made }, who)]
  const prepared = await prepare(deps, request)
  const { rows } = prepared

  const work = async (trx: Knex.Transaction) => {
    const people = await namesOf(trx, members, rows.map(nameOf), paths)
    await also?.(trx)
    const result: NewTicket[] = []
    let note: string | undefined
    for (const party of separate ? people.map((each) => [each]) : [people]) {
      const isFirst = note === undefined
      const before = isFirst ? [...patientInsertions(trx, rows), ...(beside?.(trx, people) ?? [])] : []
      const figures = isFirst ? newPatientFigures(rows) : []
      const arrived = await arrive(trx, party, prepared, {
        before,
        figures,
        once: isFirst ? once : undefined,
        who,
      })
      result.push(arrived.ticket)
      note = arrived.note
    }
    return { result, ids: rows.map(({ id }) => id), ...(note === undefined ? {} : { note }) }
  }

  try {
    const tickets = await writing(deps, domainOf(rows), work)
    void ring(deps)
    return tickets
  } catch (error) {
    // two requests with the same key at once: the second waited for the first one's row of the key
    const first =
      once === undefined || !isDuplicateKey(error) ? undefined : await madeBefore(deps.db, once, VISIT)
    if (first !== undefined) return [await reissueSlip(deps, { visit_id: first }, who)]
    return throwDuplicate(deps, rows, error)
  }
}

/** The one ticket of those who came. Throws as {@link enqueueAll}. */
export async function enqueue(deps: QueueWriteDeps, request: EnqueueRequest, who: Who): Promise<NewTicket> {
  const [ticket] = (await enqueueAll(deps, { ...request, separate: false }, who)) as [NewTicket]
  return ticket
}
