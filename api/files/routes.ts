import { removeFile } from '../../shared/files/commands.ts'
import { shelf, visibleFile } from '../../shared/files/reads.ts'
import { fileList, fileListQuery, fileParams } from '../../shared/files/schema.ts'
import { type Route, route } from '../http/route.ts'
import { principalOf, whoIs } from '../http/who.ts'
import type { ApiServices } from '../services.ts'

/** The shelf of result files: names and sizes; what is in them is fetched from their operations. */
export function filesRoutes({ deps }: Pick<ApiServices, 'deps'>): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/files',
      tag: 'files',
      summary: 'Result files that can be fetched, newest first',
      access: 'session',
      limit: 'general',
      query: fileListQuery,
      response: fileList,
      handle: async (call) => ({ body: await shelf(deps, principalOf(call), call.query) }),
    }),
    route({
      method: 'DELETE',
      path: '/api/files/:id',
      tag: 'files',
      summary: 'Take a result file away before its time is over',
      access: 'session',
      limit: 'general',
      params: fileParams,
      handle: async (call) => {
        const { id } = await visibleFile(deps, principalOf(call), call.params.id)
        await removeFile(deps, id, whoIs(call))
        return { status: 204 }
      },
    }),
  ]
}
