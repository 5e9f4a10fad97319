import { showOperation } from '../../shared/operations/reads.ts'
import { operationEnvelope } from '../../shared/operations/schema.ts'
import { changeSchedule, runNow, setBells } from '../../shared/schedules/commands.ts'
import { getSchedule, getSchedules } from '../../shared/schedules/reads.ts'
import { schedule, scheduleChanges, scheduleList, scheduleName } from '../../shared/schedules/schema.ts'
import { idempotencyKeyOf } from '../http/idempotency-key.ts'
import { type Route, route } from '../http/route.ts'
import { seenState } from '../http/seen.ts'
import { whoIs } from '../http/who.ts'
import type { ApiServices } from '../services.ts'

/** What happens by itself, when, and doing it now. */
export function schedulesRoutes({ deps, queues }: Pick<ApiServices, 'deps' | 'queues'>): Route[] {
  const reads = {
    method: 'GET',
    tag: 'schedules',
    access: { anyOf: ['backups.view', 'maintenance.run'] },
    limit: 'general',
  } as const
  return [
    route({
      ...reads,
      path: '/api/schedules',
      summary: 'What happens by itself, and when next',
      response: scheduleList,
      handle: async () => ({ body: await getSchedules(deps) }),
    }),
    route({
      ...reads,
      path: '/api/schedules/:name',
      summary: 'One schedule',
      params: scheduleName,
      response: schedule,
      handle: async (call) => ({ body: await getSchedule(deps, call.params.name) }),
    }),
    route({
      method: 'PATCH',
      path: '/api/schedules/:name',
      tag: 'schedules',
      summary: 'Change when something happens, or turn it off; its present version must be known',
      access: { anyOf: ['maintenance.run'] },
      limit: 'general',
      params: scheduleName,
      body: scheduleChanges,
      response: schedule,
      handle: async (call) => {
        const { version, ...changes } = call.body
        const seen = seenState(version, call.header('if-match'))
        const body = await changeSchedule(deps, call.params.name, seen, changes, whoIs(call))
        await setBells(deps, queues).catch((error) =>
          deps.log.warn({ err: error }, 'bells not set; a worker does it in some minutes'),
        )
        return { body }
      },
    }),
    route({
      method: 'POST',
      path: '/api/schedules/:name/run',
      tag: 'schedules',
      summary: 'Do now what the schedule would do at its next time; takes an Idempotency-Key',
      access: { anyOf: ['maintenance.run'] },
      limit: 'heavy',
      params: scheduleName,
      response: operationEnvelope,
      handle: async (call) => {
        const { principal, address, requestId } = call
        const asker = { principal, address, requestId }
        const row = await runNow(deps, queues, call.params.name, asker, idempotencyKeyOf(call))
        return {
          status: 202,
          headers: { Location: `/api/operations/${row.id}` },
          body: { operation: await showOperation(deps, row) },
        }
      },
    }),
  ]
}
