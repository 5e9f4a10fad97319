import type { Db } from '../db/connect.ts'
import { presentTicket as ticketById } from '../queue/reads.ts'
import type { Ticket } from '../queue/schema.ts'

/** The ticket of a consultation's visit as it is now, or null. */
export const presentTicket = async (db: Db, row: { ticket_id: string | null }): Promise<Ticket | null> =>
  row.ticket_id === null ? null : ticketById(db, { id: row.ticket_id })
