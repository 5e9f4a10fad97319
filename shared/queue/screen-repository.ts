import type { Db } from '../db/connect.ts'
import { reading } from '../db/transaction.ts'
import type { TicketRow } from './model.ts'

type CalledRow = Pick<
  TicketRow,
  'number' | 'status' | 'room' | 'call_id' | 'called_at' | 'version' | 'patient_name'
>

/** Who is called or inside, the latest call first. */
export const listCalled = (db: Db, day: string, limit: number): Promise<CalledRow[]> =>
  reading(
    db('tickets as t')
      .comment('queue.called')
      .join('patients as p', 'p.id', 't.patient_id')
      .where('t.day', day)
      .whereIn('t.status', ['called', 'in_consultation'])
      .whereNotNull('t.called_at')
      .orderBy([
        { column: 't.called_at', order: 'desc' },
        { column: 't.id', order: 'desc' },
      ])
      .limit(limit)
      .select(
        't.number',
        't.status',
        't.room',
        't.call_id',
        't.called_at',
        't.version',
        'p.name as patient_name',
      ) as PromiseLike<CalledRow[]>,
  )

/** The numbers whose turn comes next. */
export const listNextNumbers = (db: Db, day: string, limit: number): Promise<string[]> =>
  reading(
    db('tickets')
      .comment('queue.next-numbers')
      .where({ day, status: 'waiting' })
      .orderBy(['line_rank', 'place', 'id'])
      .limit(limit)
      .pluck('number') as PromiseLike<string[]>,
  )

type SlipRow = Pick<
  TicketRow,
  'id' | 'day' | 'number' | 'status' | 'room' | 'doctor_id' | 'line_rank' | 'place'
>

export const findBySlip = (db: Db, slipHash: string): Promise<SlipRow | undefined> =>
  reading(
    db('tickets')
      .comment('queue.by-slip')
      .where({ slip_hash: slipHash })
      .first('id', 'day', 'number', 'status', 'room', 'doctor_id', 'line_rank', 'place') as PromiseLike<
      SlipRow | undefined
    >,
  )

/** How many wait who may be called before this ticket: of its own line and of every line that shares its doctors. */
export async function countAhead(db: Db, row: SlipRow): Promise<number> {
  const query = db('tickets')
    .comment('queue.ahead')
    .where({ day: row.day, status: 'waiting' })
    .whereRaw('(line_rank, place, id) < (?, ?, ?)', [row.line_rank, row.place, row.id])
  if (row.doctor_id !== null) query.whereRaw('(doctor_id is null or doctor_id = ?)', [row.doctor_id])
  const found = await reading(query.count({ n: '*' }).first() as PromiseLike<{ n: number } | undefined>)
  return Number(found?.n ?? 0)
}

/** When the latest calls of the day were. */
export const listRecentCalls = (db: Db, day: string, limit: number): Promise<string[]> =>
  reading(
    db('tickets')
      .comment('queue.recent-calls')
      .where({ day })
      .whereNotNull('called_at')
      .orderBy('called_at', 'desc')
      .limit(limit)
      .pluck('called_at') as PromiseLike<string[]>,
  )

/** The ticket of a call of that day. */
export const callOf = (
  db: Db,
  callId: string,
  day: string,
): PromiseLike<{ id: string; number: string } | undefined> =>
  db('ticket_moves as m')
    .comment('queue.call')
    .join('tickets as t', 't.id', 'm.ticket_id')
    .where('m.id', callId)
    .whereIn('m.kind', ['call', 'recall'])
    .where('t.day', day)
    .first('t.id', 't.number')
