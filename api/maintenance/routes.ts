import { AppError } from '../../shared/errors/app-error.ts'
import { requestMaintenance } from '../../shared/maintenance/commands.ts'
import {
  TASK_NAMES,
  TASKS,
  type Task,
  taskList,
  taskParams,
  taskRequest,
} from '../../shared/maintenance/schema.ts'
import { showOperation } from '../../shared/operations/reads.ts'
import { operationEnvelope } from '../../shared/operations/schema.ts'
import { idempotencyKeyOf } from '../http/idempotency-key.ts'
import { type Route, route } from '../http/route.ts'
import type { ApiServices } from '../services.ts'

const isTask = (name: string): name is Task => Object.hasOwn(TASKS, name)

/** Upkeep that can be asked for by hand; the same happens by schedule. */
export function maintenanceRoutes({ deps, queues }: Pick<ApiServices, 'deps' | 'queues'>): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/maintenance',
      tag: 'maintenance',
      summary: 'The tasks of upkeep and what each does',
      access: { anyOf: ['maintenance.run'] },
      limit: 'general',
      response: taskList,
      handle: async () => ({ body: { data: TASK_NAMES.map((task) => ({ task, does: TASKS[task] })) } }),
    }),
    route({
      method: 'POST',
      path: '/api/maintenance/:task',
      tag: 'maintenance',
      summary: 'Carry out a task of upkeep; takes an Idempotency-Key',
      access: { anyOf: ['maintenance.run'] },
      limit: 'heavy',
      params: taskParams,
      body: taskRequest,
      response: operationEnvelope,
      handle: async (call) => {
        const { task } = call.params
        if (!isTask(task)) throw new AppError('not-found')
        const { principal, address, requestId } = call
        const asker = { principal, address, requestId }
        const row = await requestMaintenance(deps, queues, task, call.body, asker, idempotencyKeyOf(call))
        return {
          status: 202,
          headers: { Location: `/api/operations/${row.id}` },
          body: { operation: await showOperation(deps, row) },
        }
      },
    }),
  ]
}
