import type { Knex } from '../db/connect.ts'
import type { TicketRow, TicketState } from './model.ts'

type Spot = Pick<TicketState, 'line_rank' | 'place'>

const waitingOn = (trx: Knex.Transaction, name: string, day: string): Knex.QueryBuilder =>
  trx('tickets').comment(`queue.${name}`).where({ day, status: 'waiting' })

/** Whom a doctor may take: his own and the shared line; without a doctor, the shared line alone. */
function forPool(query: Knex.QueryBuilder, doctorId: string | null): Knex.QueryBuilder {
  return query.where((pool: Knex.QueryBuilder) => {
    pool.whereNull('doctor_id')
    if (doctorId !== null) pool.orWhere('doctor_id', doctorId)
  })
}

const inTurn = [{ column: 'line_rank' }, { column: 'place' }, { column: 'id' }]

/**
 * Takes hold of the next one in the line whom nobody else is taking at this moment; undefined when nobody waits.
 * Rows that are locked are passed over, so that two who call at once get two patients without waiting.
 */
export async function holdNext(
  trx: Knex.Transaction,
  day: string,
  doctorId: string | null,
): Promise<string | undefined> {
  const row = (await forPool(waitingOn(trx, 'hold-next', day), doctorId)
    .orderBy(inTurn)
    .limit(1)
    .forUpdate()
    .skipLocked()
    .first('id')) as { id: string } | undefined
  return row?.id
}

/** The first three who wait in a line, without the one who is to stand behind them. */
export function firstThree(trx: Knex.Transaction, row: TicketRow, doctorId: string | null): Promise<Spot[]> {
  return forPool(waitingOn(trx, 'first-three', row.day), doctorId)
    .whereNot('id', row.id)
    .orderBy(inTurn)
    .limit(3)
    .select('line_rank', 'place')
}

/** The place behind everybody of a rank who came that day. */
export async function endOfLine(trx: Knex.Transaction, row: TicketRow): Promise<Spot> {
  const found = (await trx('tickets')
    .comment('queue.end-of-line')
    .where({ day: row.day, status: 'waiting', line_rank: row.line_rank })
    .max({ place: 'place' })
    .first()) as { place: number | null } | undefined
  return { line_rank: row.line_rank, place: Math.max(row.place, (found?.place ?? 0) + 1) }
}
