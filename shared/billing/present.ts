import type { Db } from '../db/connect.ts'
import { AppError } from '../errors/app-error.ts'
import { findPayment, listTenders } from './repository.ts'
import type { Payment } from './schema.ts'
import { viewPayment } from './view.ts'

/** One payment as it is in the database; throws `not-found`. */
export async function presentPayment(db: Db, id: string): Promise<Payment> {
  const row = await findPayment(db, { id })
  if (row === undefined) throw new AppError('not-found')
  return viewPayment(row, await listTenders(db, [id]))
}
