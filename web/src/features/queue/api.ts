import { request } from '../../lib/http.ts'
import type { PatientInput } from '../patients/types.ts'
import {
  type Board,
  type NewTicket,
  OPEN,
  type QueueStats,
  type Registration,
  type Status,
  type Ticket,
  type TicketInput,
} from './types.ts'

export const queueKeys = {
  all: ['queue'],
  board: ['queue', 'board'],
  stats: ['queue', 'stats'],
  ended: ['queue', 'ended'],
} as const

const PAGE = 100

/** All tickets of today in some states, page by page until there are no more; a day has some hundreds at most. */
async function fetchTickets(statuses: readonly Status[], signal?: AbortSignal): Promise<Ticket[]> {
  const tickets: Ticket[] = []
  const query = new URLSearchParams({ status: statuses.join(','), limit: String(PAGE) })
  for (;;) {
    const page = await request<Board>(`/api/queue?${query}`, { signal })
    tickets.push(...page.data)
    if (page.meta.next === null) return tickets
    query.set('cursor', page.meta.next)
  }
}

/** Everybody who is in the house now. */
export const fetchBoard = (signal?: AbortSignal): Promise<Ticket[]> => fetchTickets(OPEN, signal)

/** Who was through, or was taken off, today. */
export const fetchEnded = (signal?: AbortSignal): Promise<Ticket[]> =>
  fetchTickets(['completed', 'cancelled'], signal)

export function fetchQueueStats(signal?: AbortSignal): Promise<QueueStats> {
  return request<QueueStats>('/api/queue/stats', { signal })
}

export interface Move {
  to: Status
  version: number
  doctorId?: string | null
  room?: string | null
  reason?: string
}

export function moveTicket(id: string, move: Move): Promise<Ticket> {
  return request<Ticket>(`/api/queue/${encodeURIComponent(id)}/moves`, { method: 'POST', body: move })
}

export function undoMove(id: string, version: number): Promise<Ticket> {
  return request<Ticket>(`/api/queue/${encodeURIComponent(id)}/undo`, { method: 'POST', body: { version } })
}

/** Calls whoever is next to a room; null when nobody waits. */
export async function callNext(room: string, doctorId: string | null): Promise<Ticket | null> {
  const called = await request<Ticket | undefined>('/api/queue/call-next', {
    method: 'POST',
    body: doctorId === null ? { room } : { room, doctorId },
  })
  return called ?? null
}

export function queuePatient(
  patientId: string,
  ticket: TicketInput,
  idempotencyKey: string,
): Promise<NewTicket> {
  return request<NewTicket>('/api/queue', { method: 'POST', body: { patientId, ...ticket }, idempotencyKey })
}

/** A new person and the ticket, together or not at all. */
export function registerAndQueue(
  patient: PatientInput,
  ticket: TicketInput,
  idempotencyKey: string,
): Promise<Registration> {
  return request<Registration>('/api/registrations', {
    method: 'POST',
    body: { patient, ticket },
    idempotencyKey,
  })
}

/** A new slip; the one before is good for nothing from now on. */
export function reissueSlip(id: string): Promise<NewTicket> {
  return request<NewTicket>(`/api/queue/${encodeURIComponent(id)}/slip`, { method: 'POST', body: {} })
}
