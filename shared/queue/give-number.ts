import type { AuditEntry } from '../audit/entry.ts'
import { auditInsertion } from '../audit/write.ts'
import type { Invalidation } from '../cache/invalidate.ts'
import { noteInsertion } from '../cache/notes.ts'
import { figuresInsertion } from '../dashboard/commands.ts'
import type { Figure } from '../dashboard/rules.ts'
import type { Knex } from '../db/connect.ts'
import { type Once, onceInsertion } from '../db/idempotency.ts'
import { inOneTrip, type Step } from '../db/one-trip.ts'
import type { EventEnvelope } from '../events/registry.ts'
import type { TicketFormat } from './numbers.ts'

/** What a new ticket is made of but its number and id. */
export interface TicketDraft {
  day: string
  patient_id: string
  group_uid: string | null
  /** The appointment that it is the arrival of. */
  appointment_id: string | null
  doctor_id: string | null
  room: string | null
  priority: string
  reason: string | null
  line_rank: number
  slip_hash: string
  at: string
}

/** Everything that a new ticket brings with it. */
export interface Arrival {
  draft: TicketDraft
  /** Whose visits they are, the ticket's own patient first. */
  patientIds: readonly string[]
  format: TicketFormat & { start: number }
  once: Once | undefined
  audit: AuditEntry[]
  old: Invalidation
  /** What it adds to the figures of the day. */
  figures: readonly Figure[]
  /** Events for staff and for screens; ids and number are put in where they become known. */
  events: readonly EventEnvelope[]
}

/** What became known of the new ticket. */
export interface Given {
  id: string
  visitId: string
  no: number
  number: string
  note: string
}

/** Kind of the thing that a request under an `Idempotency-Key` made. */
export const VISIT = 'visit'

const VARIABLES = [
  'visit bigint unsigned',
  'note bigint unsigned',
  'n int unsigned',
  'shown varchar(16) character set ascii',
  'ticket bigint unsigned',
]

const stepOf = (step: Step | null): Step[] => (step === null ? [] : [step])

const COUNT = `insert into ticket_counters (day, series, value) values (:day, :series, :start)
  on duplicate key update value = value + 1`
const READ = 'select value into n from ticket_counters where day = :day and series = :series'
const SHOW = "set shown = concat(:series, lpad(n, greatest(:digits, char_length(n)), '0'))"
const TICKET = `insert into tickets (day, series, no, number, visit_id, patient_id, group_uid, status, doctor_id, room,
    priority, reason, line_rank, place, slip_hash, status_at, created_at)
  values (:day, :series, n, shown, visit, :patient_id, :group_uid, 'waiting', :doctor_id, :room,
    :priority, :reason, :line_rank, n, :slip_hash, :at, :at)`
const LINK = 'update appointments set ticket_id = ticket where id = :appointment_id'
const EVENTS = `insert into outbox_events (topic, type, body) values
  ('queue', 'queue.created', json_replace(:staff, '$.body.entity.id', concat(ticket), '$.body.entity.number', shown,
    '$.body.entity.visitId', concat(visit), '$.body.entity.order[1]', n)),
  ('display', 'queue.created', json_replace(:screens, '$.body.entity.id', shown, '$.body.entity.number', shown))`
const ANSWER = 'select ticket as id, visit as visitId, n as no, shown as number, note'

/**
 * Writes an arrival in one round trip, after `before`. The day's counter is raised last but for ticket and events, so
 * nothing waits for this process while it is locked, however busy its event loop is. Commit right after.
 */
export async function giveNumber(
  trx: Knex.Transaction,
  before: readonly Step[],
  { draft, patientIds, format, once, audit, old, figures, events }: Arrival,
): Promise<Given> {
  const visit = trx.raw('visit')
  const visits = patientIds.map((patient_id) => ({
    patient_id,
    visited_on: draft.day,
    doctor_id: draft.doctor_id,
    group_uid: draft.group_uid,
    created_at: draft.at,
  }))
  const [staff, screens] = events.map((event) => JSON.stringify(event))
  const values = { ...draft, ...format, staff, screens } as Record<string, Knex.RawBinding>
  const given = await inOneTrip<Record<keyof Given, string | number>>(trx, 'queue.give-number', VARIABLES, [
    ...before,
    trx('visits').insert(visits),
    'set visit = last_insert_id()',
    ...(once === undefined ? [] : [onceInsertion(trx, once, VISIT, visit)]),
    auditInsertion(trx, audit, new Date(`${draft.at.replace(' ', 'T')}Z`)),
    noteInsertion(trx, old),
    'set note = last_insert_id()',
    ...stepOf(figuresInsertion(trx, figures)),
    trx.raw(COUNT, values),
    trx.raw(READ, values),
    trx.raw(SHOW, values),
    trx.raw(TICKET, values),
    'set ticket = last_insert_id()',
    ...(draft.appointment_id === null ? [] : [trx.raw(LINK, values)]),
    trx.raw(EVENTS, values),
    ANSWER,
  ])
  return {
    id: String(given.id),
    visitId: String(given.visitId),
    no: Number(given.no),
    number: String(given.number),
    note: String(given.note),
  }
}
