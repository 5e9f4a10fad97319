import type { Knex } from '../db/connect.ts'
import type { TicketFormat } from './numbers.ts'

/** What a new ticket is made of but its number and id. */
export interface TicketDraft {
  day: string
  visit_id: string
  patient_id: string
  group_uid: string | null
  doctor_id: string | null
  room: string | null
  priority: string
  reason: string | null
  line_rank: number
  slip_hash: string
  at: string
}

/** Events of the new ticket as JSON of their envelopes; id and number are put in where they become known. */
export interface CreatedEvents {
  staff: string
  screens: string
}

/**
 * The counter, the ticket and its events in one statement: nothing waits for this process while the day's counter
 * is locked, however busy its event loop is. Run it last before COMMIT.
 */
const GIVE = `/* queue.give-number */ begin not atomic
  declare n int unsigned;
  declare shown varchar(16) character set ascii;
  declare ticket bigint unsigned;
  insert into ticket_counters (day, series, value) values (:day, :series, :start)
    on duplicate key update value = value + 1;
  select value into n from ticket_counters where day = :day and series = :series;
  set shown = concat(:series, lpad(n, greatest(:digits, char_length(n)), '0'));
  insert into tickets (day, series, no, number, visit_id, patient_id, group_uid, status, doctor_id, room, priority,
      reason, line_rank, place, slip_hash, status_at, created_at)
    values (:day, :series, n, shown, :visit_id, :patient_id, :group_uid, 'waiting', :doctor_id, :room, :priority,
      :reason, :line_rank, n, :slip_hash, :at, :at);
  set ticket = last_insert_id();
  insert into outbox_events (topic, type, body) values
    ('queue', 'queue.created', json_replace(:staff, '$.body.entity.id', concat(ticket),
      '$.body.entity.number', shown, '$.body.entity.order[1]', n)),
    ('display', 'queue.created', json_replace(:screens, '$.body.entity.id', shown, '$.body.entity.number', shown));
  select ticket as id, n as no, shown as number;
end`

/** Gives the next number of the day and makes the ticket that has it. */
export async function giveNumber(
  trx: Knex.Transaction,
  draft: TicketDraft,
  format: TicketFormat & { start: number },
  events: CreatedEvents,
): Promise<{ id: string; no: number; number: string }> {
  const [sets] = (await trx.raw(GIVE, { ...draft, ...format, ...events })) as unknown as [
    [[{ id: string | number; no: number; number: string }]],
  ]
  const { id, no, number } = sets[0][0]
  return { id: String(id), no: Number(no), number }
}
