import { z } from 'zod'
import {
  addItem,
  removeItem,
  renewBill,
  setDiscount,
  setPanel,
  splitBill,
} from '../../shared/billing/commands.ts'
import { getBill } from '../../shared/billing/reads.ts'
import {
  bill,
  discountInput,
  itemInput,
  panelInput,
  seenInput,
  versionQuery,
} from '../../shared/billing/schema.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import { isRowId } from '../../shared/units/ids.ts'
import { type Call, type Route, route } from '../http/route.ts'
import { principalOf, whoIs } from '../http/who.ts'
import type { ApiServices } from '../services.ts'
import { DISCOUNTERS, READERS, scopeOf, WRITERS } from './policy.ts'

const MAX_ID_CHARS = 64
const id = z.string().max(MAX_ID_CHARS)
const byVisit = z.strictObject({ visitId: id })
const byItem = z.strictObject({ visitId: id, itemId: id })
const bills = z.object({ data: z.array(bill) })

/** Who acts, as somebody who surely is somebody. */
export const actor = (call: Call) => ({ ...whoIs(call), userId: principalOf(call).userId })

/** Bills of visits: what they come to, and what the cashier does to them before they are paid. */
export function billRoutes({ deps, spool }: Pick<ApiServices, 'deps' | 'spool'>): Route[] {
  const writes = { tag: 'billing', access: WRITERS, limit: 'general', response: bill } as const
  return [
    route({
      method: 'GET',
      path: '/api/bills/:visitId',
      tag: 'billing',
      summary: 'The bill of a visit, reckoned from what was done; that of a group for any of its visits',
      access: READERS,
      limit: 'general',
      params: byVisit,
      response: bill,
      handle: async (call) => {
        const { bill: shown, ...answer } = await getBill(deps, call.params.visitId, await scopeOf(call))
        const others = shown.visits.slice(1).map(({ patient }) => patient.id)
        await spool.write({
          ...whoIs(call),
          action: 'bills.read',
          entity: 'bill',
          entityId: shown.visitId,
          patientId: shown.patient.id,
          outcome: 'ok',
          ...(others.length > 0 ? { detail: { shown: others } } : {}),
        })
        return answer
      },
    }),
    route({
      ...writes,
      method: 'POST',
      path: '/api/bills/:visitId/items',
      summary: 'Add a line',
      params: byVisit,
      body: itemInput,
      handle: async (call) => ({
        body: await addItem(deps, call.params.visitId, call.body, actor(call)),
      }),
    }),
    route({
      ...writes,
      method: 'DELETE',
      path: '/api/bills/:visitId/items/:itemId',
      summary: 'Take a line off that the cashier added',
      params: byItem,
      query: versionQuery,
      handle: async (call) => {
        const { visitId, itemId } = call.params
        if (!isRowId(itemId)) throw new AppError('not-found')
        return { body: await removeItem(deps, visitId, itemId, call.query.version, actor(call)) }
      },
    }),
    route({
      ...writes,
      method: 'PUT',
      path: '/api/bills/:visitId/discount',
      summary: 'Give a discount on the whole bill, or take it back',
      access: DISCOUNTERS,
      params: byVisit,
      body: discountInput,
      handle: async (call) => ({
        body: await setDiscount(deps, call.params.visitId, call.body, actor(call)),
      }),
    }),
    route({
      ...writes,
      method: 'PUT',
      path: '/api/bills/:visitId/panel',
      summary: 'Say which panel pays its share, or that none does',
      params: byVisit,
      body: panelInput,
      handle: async (call) => ({
        body: await setPanel(deps, call.params.visitId, call.body, actor(call)),
      }),
    }),
    route({
      ...writes,
      method: 'POST',
      path: '/api/bills/:visitId/split',
      summary: 'A bill for each of a group',
      params: byVisit,
      body: seenInput,
      response: bills,
      handle: async (call) => ({
        body: { data: await splitBill(deps, call.params.visitId, call.body.version, actor(call)) },
      }),
    }),
    route({
      ...writes,
      method: 'POST',
      path: '/api/bills/:visitId/renew',
      summary: 'Begin a bill anew that was voided or refunded',
      params: byVisit,
      body: seenInput,
      handle: async (call) => ({
        body: await renewBill(deps, call.params.visitId, call.body.version, actor(call)),
      }),
    }),
  ]
}
