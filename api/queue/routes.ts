import { z } from 'zod'
import { withdrawEmpty } from '../../shared/consultations/commands.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import {
  callNext,
  moveTicket,
  queueGroup,
  queuePatient,
  registerAndQueue,
  reissueSlip,
  undoMove,
} from '../../shared/queue/commands.ts'
import { getBoard } from '../../shared/queue/reads.ts'
import {
  board,
  boardQuery,
  callNextInput,
  dayQuery,
  groupInput,
  moveInput,
  newTicket,
  pendingActions,
  queueInput,
  queueStats,
  registration,
  registrationInput,
  ticket,
  undoInput,
} from '../../shared/queue/schema.ts'
import { getPendingActions, getQueueStats } from '../../shared/queue/stats.ts'
import { isRowId } from '../../shared/units/ids.ts'
import { idempotencyKeyOf } from '../http/idempotency-key.ts'
import { type Call, type Route, route } from '../http/route.ts'
import { entryOf, principalOf, whoIs } from '../http/who.ts'
import type { ApiServices } from '../services.ts'
import { READERS, WRITERS } from './policy.ts'

const MAX_ID_CHARS = 64
const byId = z.strictObject({ id: z.string().max(MAX_ID_CHARS) })

const ticketId = ({ id }: { id: string }): string => {
  if (!isRowId(id)) throw new AppError('not-found')
  return id
}

/** Who brings new people into the file needs the right for that too, whatever call it is. */
function assertMayRegister(call: Call, isNew: boolean): void {
  if (isNew && !principalOf(call).permissions.has('patients.write')) throw new AppError('auth/forbidden')
}

/** The queue of the clinic day: the board, and how patients get onto it. */
export function queueRoutes({ deps, spool }: Pick<ApiServices, 'deps' | 'spool'>): Route[] {
  const writes = { method: 'POST', tag: 'queue', access: WRITERS, limit: 'general' } as const
  return [
    route({
      method: 'GET',
      path: '/api/queue',
      tag: 'queue',
      summary: 'The board of a day, in the order of the numbers',
      access: READERS,
      limit: 'general',
      query: boardQuery,
      response: board,
      handle: async (call) => {
        const answer = await getBoard(deps, call.query)
        // whoever looks at a board sees everybody who is on it: the day and the answer's hash say who that was
        const { day, status, doctor, page, cursor } = call.query
        const detail = { day, status, doctor, page, cursor, etag: answer.etag }
        await spool.write(entryOf(call, { action: 'queue.list', entity: 'ticket', outcome: 'ok', detail }))
        return answer
      },
    }),
    route({
      method: 'GET',
      path: '/api/queue/stats',
      tag: 'queue',
      summary: 'A day in figures: tickets by state, minutes of waiting and consultation',
      access: READERS,
      limit: 'general',
      query: dayQuery,
      response: queueStats,
      handle: ({ query }) => getQueueStats(deps, query.day),
    }),
    route({
      method: 'GET',
      path: '/api/queue/pending-actions',
      tag: 'queue',
      summary:
        'What somebody should see to today: long waits, called and not come, on hold, to dispense, to pay',
      access: READERS,
      limit: 'general',
      response: pendingActions,
      handle: () => getPendingActions(deps),
    }),
    route({
      ...writes,
      path: '/api/queue',
      summary: 'A ticket for a patient in the file',
      body: queueInput,
      response: newTicket,
      handle: async (call) => ({
        body: await queuePatient(deps, call.body, whoIs(call), idempotencyKeyOf(call)),
      }),
    }),
    route({
      ...writes,
      path: '/api/queue/groups',
      summary: 'One ticket for several who came together, new and known ones: all of them or nobody',
      body: groupInput,
      response: newTicket,
      handle: async (call) => {
        assertMayRegister(
          call,
          call.body.members.some(({ patient }) => patient !== undefined),
        )
        return { body: await queueGroup(deps, call.body, whoIs(call), idempotencyKeyOf(call)) }
      },
    }),
    route({
      ...writes,
      path: '/api/registrations',
      summary: 'Register a patient, or take one from the file, and give a ticket in one go',
      body: registrationInput,
      response: registration,
      handle: async (call) => {
        assertMayRegister(call, call.body.patient !== undefined)
        return { body: await registerAndQueue(deps, call.body, whoIs(call), idempotencyKeyOf(call)) }
      },
    }),
    route({
      ...writes,
      path: '/api/queue/:id/moves',
      summary: 'Move a ticket: call, recall, skip, transfer, start, hold, no-show, cancel …',
      params: byId,
      body: moveInput,
      response: ticket,
      handle: async (call) => ({
        body: await moveTicket(deps, ticketId(call.params), call.body, whoIs(call)),
      }),
    }),
    route({
      ...writes,
      path: '/api/queue/:id/undo',
      summary: 'Take back the last move of a ticket, within ten minutes',
      params: byId,
      body: undoInput,
      response: ticket,
      handle: async (call) => {
        const who = whoIs(call)
        const also = withdrawEmpty(deps, who)
        return { body: await undoMove(deps, ticketId(call.params), call.body.version, who, also) }
      },
    }),
    route({
      ...writes,
      path: '/api/queue/:id/slip',
      summary: 'A new slip for a ticket; the one before is good for nothing then',
      params: byId,
      response: newTicket,
      handle: async (call) => ({
        body: await reissueSlip(deps, { id: ticketId(call.params) }, whoIs(call)),
      }),
    }),
    route({
      ...writes,
      path: '/api/queue/call-next',
      summary: 'Call whoever is next to a room; 204 when nobody waits',
      body: callNextInput,
      response: ticket,
      handle: async (call) => {
        const called = await callNext(deps, call.body, whoIs(call))
        return called === null ? { status: 204 } : { body: called }
      },
    }),
  ]
}
