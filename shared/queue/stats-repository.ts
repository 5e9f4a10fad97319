import type { Db } from '../db/connect.ts'
import { reading } from '../db/transaction.ts'
import type { Status } from './rules.ts'

/** What statistics need of a ticket; all of it lies in one index. */
export interface FigureRow {
  status: Status
  waited_s: number | null
  consulted_s: number | null
}

export const listFigures = (db: Db, day: string): Promise<FigureRow[]> =>
  reading(
    db('tickets')
      .comment('queue.figures')
      .where({ day })
      .select('status', 'waited_s', 'consulted_s') as PromiseLike<FigureRow[]>,
  )

/** A ticket that is not over yet. */
export interface OpenRow {
  id: string
  number: string
  status: Status
  room: string | null
  doctor_id: string | null
  status_at: string
}

const WAITS_FOR_SOMEBODY: readonly Status[] = ['waiting', 'called', 'on_hold', 'dispensing', 'payment']

/** The day's tickets that wait for somebody, those who wait longest first. */
export const listOpen = (db: Db, day: string): Promise<OpenRow[]> =>
  reading(
    db('tickets')
      .comment('queue.open')
      .where({ day })
      .whereIn('status', [...WAITS_FOR_SOMEBODY])
      .orderBy(['status_at', 'id'])
      .select('id', 'number', 'status', 'room', 'doctor_id', 'status_at') as PromiseLike<OpenRow[]>,
  )
