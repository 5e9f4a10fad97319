import { onceOf } from '../../shared/db/idempotency.ts'
import { showOperation } from '../../shared/operations/reads.ts'
import { operationEnvelope } from '../../shared/operations/schema.ts'
import { REPORTERS } from '../../shared/rights/results.ts'
import { setBells } from '../../shared/schedules/commands.ts'
import {
  changeReportSchedule,
  createReportSchedule,
  endReportSchedule,
  runReportNow,
} from '../../shared/schedules/reports/commands.ts'
import { getReportSchedule, getReportSchedules } from '../../shared/schedules/reports/reads.ts'
import {
  reportSchedule,
  reportScheduleChanges,
  reportScheduleInput,
  reportScheduleList,
} from '../../shared/schedules/reports/schema.ts'
import { scheduleName } from '../../shared/schedules/schema.ts'
import { idempotencyKeyOf } from '../http/idempotency-key.ts'
import { type Route, route } from '../http/route.ts'
import { seenState } from '../http/seen.ts'
import { principalOf, whoIs } from '../http/who.ts'
import type { ApiServices } from '../services.ts'

const PATH = '/api/schedules/reports'

/** Reports that are made by themselves: one's own, and for those who may have every report everybody's. */
export function reportScheduleRoutes({ deps, queues }: Pick<ApiServices, 'deps' | 'queues'>): Route[] {
  const common = { tag: 'schedules', access: { anyOf: REPORTERS }, limit: 'general' } as const
  const hang = () =>
    setBells(deps, queues).catch((error) =>
      deps.log.warn({ err: error }, 'bells not set; a worker does it in some minutes'),
    )
  return [
    route({
      ...common,
      method: 'GET',
      path: PATH,
      summary: 'Reports that are made by themselves, by title',
      response: reportScheduleList,
      handle: async (call) => ({ body: await getReportSchedules(deps, principalOf(call)) }),
    }),
    route({
      ...common,
      method: 'GET',
      path: `${PATH}/:name`,
      summary: 'One report that is made by itself',
      params: scheduleName,
      response: reportSchedule,
      handle: async (call) => ({ body: await getReportSchedule(deps, call.params.name, principalOf(call)) }),
    }),
    route({
      ...common,
      method: 'POST',
      path: PATH,
      summary: 'Have a report made every day, week or month; takes an Idempotency-Key',
      body: reportScheduleInput,
      response: reportSchedule,
      handle: async (call) => {
        const principal = principalOf(call)
        const once = onceOf(principal.userId, idempotencyKeyOf(call), call.body)
        const body = await createReportSchedule(deps, call.body, principal, whoIs(call), once)
        await hang()
        return { body }
      },
    }),
    route({
      ...common,
      method: 'PATCH',
      path: `${PATH}/:name`,
      summary: 'Change such a report, or turn it off; its present version must be known',
      params: scheduleName,
      body: reportScheduleChanges,
      response: reportSchedule,
      handle: async (call) => {
        const seen = seenState(call.body.version, call.header('if-match'))
        const { name } = call.params
        const body = await changeReportSchedule(deps, name, seen, call.body, principalOf(call), whoIs(call))
        await hang()
        return { body }
      },
    }),
    route({
      ...common,
      method: 'DELETE',
      path: `${PATH}/:name`,
      summary: 'End such a report; what it made stays on the shelf for its time',
      params: scheduleName,
      handle: async (call) => {
        await endReportSchedule(deps, call.params.name, principalOf(call), whoIs(call))
        await hang()
        return { status: 204 }
      },
    }),
    route({
      ...common,
      method: 'POST',
      path: `${PATH}/:name/run`,
      summary: 'Make it now, for whoever asks, and tell the same people; takes an Idempotency-Key',
      limit: 'heavy',
      params: scheduleName,
      response: operationEnvelope,
      handle: async (call) => {
        const { address, requestId } = call
        const asker = { principal: principalOf(call), address, requestId }
        const row = await runReportNow(deps, queues, call.params.name, asker, idempotencyKeyOf(call))
        return {
          status: 202,
          headers: { Location: `/api/operations/${row.id}` },
          body: { operation: await showOperation(deps, row) },
        }
      },
    }),
  ]
}
