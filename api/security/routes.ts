import { z } from 'zod'
import { addRule, removeRule } from '../../shared/security/commands.ts'
import { listRules } from '../../shared/security/reads.ts'
import { ruleBody, ruleList, ruleQuery, ruleView } from '../../shared/security/schema.ts'
import { isRowId } from '../../shared/units/ids.ts'
import { type Route, route } from '../http/route.ts'
import { whoIs } from '../http/who.ts'
import type { ApiServices } from '../services.ts'

const TAG = { tag: 'Security', limit: 'general', peopleOnly: true } as const
const WRITE = { ...TAG, access: { anyOf: ['security.write'] } } as const

/** Addresses that are shut out, and those that never are. */
export function securityRoutes({ deps }: Pick<ApiServices, 'deps'>): Route[] {
  return [
    route({
      ...TAG,
      access: { anyOf: ['security.view'] },
      method: 'GET',
      path: '/api/security/blocks',
      summary: 'The rules about addresses that are in force, newest first',
      query: ruleQuery,
      response: ruleList,
      handle: async (call) => {
        const { data, meta } = await listRules(deps, call.query)
        return { body: { data, meta: { ...meta, yourAddress: call.address } } }
      },
    }),
    route({
      ...WRITE,
      method: 'POST',
      path: '/api/security/blocks',
      summary: 'Shut an address or a range out, or make sure it never is',
      body: ruleBody,
      response: ruleView,
      handle: async (call) => ({ status: 201, body: await addRule(deps, whoIs(call), call.body) }),
    }),
    route({
      ...WRITE,
      method: 'DELETE',
      path: '/api/security/blocks/:id',
      summary: 'Take a rule back at once',
      params: z.strictObject({ id: z.string().refine(isRowId, 'Must be an id') }),
      handle: async (call) => {
        await removeRule(deps, whoIs(call), call.params.id)
        return { status: 204 }
      },
    }),
  ]
}
