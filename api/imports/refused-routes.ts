import { Readable } from 'node:stream'
import { z } from 'zod'
import { AppError } from '../../shared/errors/app-error.ts'
import { keptRows } from '../../shared/imports/reads.ts'
import { listRefused, refusedFile } from '../../shared/imports/refused.ts'
import { getVisibleOperation } from '../../shared/operations/reads.ts'
import type { OperationRow } from '../../shared/operations/repository.ts'
import { refusedList, refusedQuery } from '../../shared/operations/schema.ts'
import type { Principal } from '../../shared/rights/permissions.ts'
import { isUuid } from '../../shared/units/ids.ts'
import { type Call, type Route, route } from '../http/route.ts'
import { assertMayChange } from '../operations/policy.ts'
import type { ApiServices } from '../services.ts'

const idParams = z.strictObject({ id: z.string().max(64) })

/** The refused rows of an import: patients' data, so every look at them is recorded before it is answered. */
export function refusedRoutes({ deps, spool }: ApiServices): Route[] {
  async function refusedOf(call: Call<z.output<typeof idParams>>, action: string): Promise<OperationRow> {
    const principal = call.principal as Principal
    if (!isUuid(call.params.id)) throw new AppError('not-found')
    const row = await getVisibleOperation(deps, principal, call.params.id)
    assertMayChange(principal, row)
    await spool.write({
      userId: principal.userId,
      username: principal.username,
      role: principal.role,
      action,
      entity: 'operation',
      entityId: row.id,
      outcome: 'ok',
      address: call.address,
      requestId: call.requestId,
    })
    return row
  }

  return [
    route({
      method: 'GET',
      path: '/api/operations/:id/errors',
      tag: 'operations',
      summary: 'Refused rows of an import',
      access: 'session',
      limit: 'general',
      params: idParams,
      query: refusedQuery,
      response: refusedList,
      handle: async (call) => {
        const row = await refusedOf(call, 'imports.read-refused')
        return { body: await listRefused(deps, row, call.query) }
      },
    }),
    route({
      method: 'GET',
      path: '/api/operations/:id/errors.csv',
      tag: 'operations',
      summary: 'Refused rows as a file that can be mended and sent again',
      access: 'session',
      limit: 'general',
      params: idParams,
      mode: 'stream',
      handle: async (call) => {
        const row = await refusedOf(call, 'imports.export-refused')
        return {
          stream: Readable.from(refusedFile(deps, row)),
          headers: {
            'Content-Type': 'text/csv; charset=utf-8',
            'Content-Disposition': `attachment; filename="refused-${row.no}.csv"`,
          },
        }
      },
    }),
    route({
      method: 'GET',
      path: '/api/operations/:id/kept',
      tag: 'operations',
      summary: 'Rows that taking an import back has kept, because somebody changed or used them since',
      access: 'session',
      limit: 'general',
      params: idParams,
      response: z.object({
        data: z.array(z.object({ kind: z.string(), id: z.string(), reason: z.string() })),
      }),
      handle: async (call) => {
        const row = await refusedOf(call, 'imports.read-kept')
        return { body: { data: await keptRows(deps, row.no) } }
      },
    }),
  ]
}
