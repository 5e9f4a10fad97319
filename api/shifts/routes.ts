import { z } from 'zod'
import { AppError } from '../../shared/errors/app-error.ts'
import { closeShift, openShift } from '../../shared/shifts/commands.ts'
import {
  currentShift,
  getDaySummary,
  getShift,
  getShifts,
  type ShiftScope,
} from '../../shared/shifts/reads.ts'
import {
  closeInput,
  daySummary,
  shift,
  shiftInput,
  shiftList,
  shiftQuery,
  summaryQuery,
} from '../../shared/shifts/schema.ts'
import { isRowId } from '../../shared/units/ids.ts'
import { type Call, type Route, route } from '../http/route.ts'
import { principalOf, whoIs } from '../http/who.ts'
import type { ApiServices } from '../services.ts'

const MAX_ID_CHARS = 64
const byId = z.strictObject({ id: z.string().max(MAX_ID_CHARS) })

/** Everybody sees his own shifts; those of others are for whoever runs the clinic. */
const scopeOf = (call: Call): ShiftScope => {
  const { permissions, userId } = principalOf(call)
  return { own: permissions.has('shifts.all') ? null : userId }
}
const cashier = (call: Call) => ({ ...whoIs(call), userId: principalOf(call).userId })

/** Turns at the cash desk, and the end of the day. */
export function shiftsRoutes({ deps }: Pick<ApiServices, 'deps'>): Route[] {
  const reads = {
    method: 'GET',
    tag: 'shifts',
    access: { anyOf: ['shifts.view'] },
    limit: 'general',
  } as const
  const writes = {
    method: 'POST',
    tag: 'shifts',
    access: { anyOf: ['shifts.write'] },
    limit: 'general',
  } as const
  return [
    route({
      ...reads,
      path: '/api/shifts',
      summary: 'Shifts, newest first; one’s own, or all',
      query: shiftQuery,
      response: shiftList,
      handle: async (call) => ({ body: await getShifts(deps, call.query, scopeOf(call)) }),
    }),
    route({
      ...reads,
      path: '/api/shifts/current',
      summary: 'One’s own open shift with what should be in the drawer; 404 without one',
      response: shift,
      handle: async (call) => ({ body: await currentShift(deps, principalOf(call).userId) }),
    }),
    route({
      ...reads,
      path: '/api/shifts/summary',
      access: { anyOf: ['shifts.all'] },
      summary: 'The end of the day: takings by method and cashier, and the shifts',
      query: summaryQuery,
      response: daySummary,
      handle: async (call) => ({ body: await getDaySummary(deps, call.query.day) }),
    }),
    route({
      ...reads,
      path: '/api/shifts/:id',
      summary: 'One shift',
      params: byId,
      response: shift,
      handle: async (call) => ({ body: await getShift(deps, call.params.id, scopeOf(call)) }),
    }),
    route({
      ...writes,
      path: '/api/shifts',
      summary: 'Open a shift with the float that is in the drawer',
      body: shiftInput,
      response: shift,
      handle: async (call) => {
        const made = await openShift(deps, call.body, cashier(call))
        return { status: 201, body: made, headers: { Location: `/api/shifts/${made.id}` } }
      },
    }),
    route({
      ...writes,
      path: '/api/shifts/:id/close',
      summary: 'Close a shift with what was counted',
      params: byId,
      body: closeInput,
      response: shift,
      handle: async (call) => {
        const { id } = call.params
        if (!isRowId(id)) throw new AppError('not-found')
        return { body: await closeShift(deps, id, call.body, cashier(call), scopeOf(call)) }
      },
    }),
  ]
}
