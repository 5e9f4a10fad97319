import { z } from 'zod'
import { AppError } from '../../shared/errors/app-error.ts'
import { variantOf } from '../../shared/medications/reads.ts'
import { adjustStock, countStock, receiveStock, type StockWriter } from '../../shared/stock/commands.ts'
import {
  getExpiring,
  getLevels,
  getLow,
  getMovements,
  getRegister,
  getStock,
  getStockValue,
} from '../../shared/stock/reads.ts'
import {
  adjustInput,
  countInput,
  expiringList,
  expiringQuery,
  levelList,
  levelsQuery,
  lowList,
  lowQuery,
  movementList,
  movementsQuery,
  receiveInput,
  register,
  registerQuery,
  stock,
  stockValue,
} from '../../shared/stock/schema.ts'
import { isRowId } from '../../shared/units/ids.ts'
import { idempotencyKeyOf } from '../http/idempotency-key.ts'
import { type Call, type Route, route } from '../http/route.ts'
import { principalOf, whoIs } from '../http/who.ts'
import type { ApiServices } from '../services.ts'
import { READERS, WRITERS } from './policy.ts'

const MAX_ID_CHARS = 64
const byId = z.strictObject({ id: z.string().max(MAX_ID_CHARS) })

const medicationId = ({ id }: { id: string }): string => {
  if (!isRowId(id)) throw new AppError('not-found')
  return id
}

const writerOf = (call: Call): StockWriter => ({ who: whoIs(call), variant: variantOf(principalOf(call)) })

/** What the clinic pays is read and written by those who keep the medicines. */
function assertMaySetCost(call: Call, costPrice: string | undefined): void {
  if (costPrice !== undefined && variantOf(principalOf(call)) !== 'costs')
    throw new AppError('auth/forbidden')
}

/** What there is of each medicine, what came and went, and what has to be seen to. */
export function stockRoutes({ deps, spool }: Pick<ApiServices, 'deps' | 'spool'>): Route[] {
  const reads = { method: 'GET', tag: 'stock', access: READERS, limit: 'general' } as const
  const lists = { ...reads, cacheControl: 'private-no-cache' } as const
  const writes = { method: 'POST', tag: 'stock', access: WRITERS, limit: 'general', params: byId } as const
  return [
    route({
      ...lists,
      path: '/api/medications/:id/stock',
      summary: 'Stock of a medicine by batch, in the order in which it is handed out',
      params: byId,
      response: stock,
      handle: (call) => getStock(deps, medicationId(call.params), variantOf(principalOf(call))),
    }),
    route({
      ...writes,
      path: '/api/medications/:id/stock',
      summary: 'Receive a delivery; more of a known batch is added to it',
      body: receiveInput,
      response: stock,
      handle: async (call) => {
        assertMaySetCost(call, call.body.costPrice)
        const id = medicationId(call.params)
        return { body: await receiveStock(deps, id, call.body, writerOf(call), idempotencyKeyOf(call)) }
      },
    }),
    route({
      ...writes,
      path: '/api/medications/:id/stock/adjustments',
      summary: 'Take off or add what a reason explains: broken, expired, lost, found',
      body: adjustInput,
      response: stock,
      handle: async (call) => {
        const id = medicationId(call.params)
        return { body: await adjustStock(deps, id, call.body, writerOf(call), idempotencyKeyOf(call)) }
      },
    }),
    route({
      ...writes,
      path: '/api/medications/:id/stock/counts',
      summary: 'Put what was counted on the shelf in place of what the book says',
      body: countInput,
      response: stock,
      handle: async (call) => ({
        body: await countStock(deps, medicationId(call.params), call.body, writerOf(call)),
      }),
    }),
    route({
      ...lists,
      path: '/api/medications/stock',
      summary: 'What is left of some medicines, for lists',
      query: levelsQuery,
      response: levelList,
      handle: ({ query }) => getLevels(deps, query),
    }),
    route({
      ...reads,
      path: '/api/medications/:id/stock/movements',
      summary: 'What came and went of a medicine, the last first',
      params: byId,
      query: movementsQuery,
      response: movementList,
      handle: async (call) => ({ body: await getMovements(deps, medicationId(call.params), call.query) }),
    }),
    route({
      ...lists,
      path: '/api/stock/low',
      summary: 'Medicines of which no more is left than their reorder level, the emptiest first',
      query: lowQuery,
      response: lowList,
      handle: ({ query }) => getLow(deps, query),
    }),
    route({
      ...lists,
      path: '/api/stock/expiring',
      summary: 'Batches that are over, or will be within so many days',
      query: expiringQuery,
      response: expiringList,
      handle: ({ query }) => getExpiring(deps, query),
    }),
    route({
      ...lists,
      path: '/api/stock/value',
      summary: 'What the shelves are worth',
      response: stockValue,
      handle: (call) => getStockValue(deps, variantOf(principalOf(call))),
    }),
    route({
      ...reads,
      path: '/api/stock/register',
      summary: 'The register of psychotropic medicines: every unit, and who got it',
      query: registerQuery,
      response: register,
      handle: async (call) => {
        const body = await getRegister(deps, call.query)
        const shown = [...new Set(body.data.flatMap(({ patient }) => patient?.id ?? []))]
        await spool.write({
          ...whoIs(call),
          action: 'stock.register',
          entity: 'medication',
          entityId: call.query.medicationId ?? null,
          outcome: 'ok',
          detail: { shown },
        })
        return { body }
      },
    }),
  ]
}
