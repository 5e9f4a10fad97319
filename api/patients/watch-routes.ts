import { z } from 'zod'
import { AppError } from '../../shared/errors/app-error.ts'
import { watch, watchInput, watchList } from '../../shared/patients/schema.ts'
import { getWatch, getWatched, watchPatient } from '../../shared/patients/watch.ts'
import { isRowId } from '../../shared/units/ids.ts'
import { type Route, route } from '../http/route.ts'
import { whoIs } from '../http/who.ts'
import type { ApiServices } from '../services.ts'

const MAX_ID_CHARS = 64
const byId = z.strictObject({ id: z.string().max(MAX_ID_CHARS) })

const rowId = ({ id }: { id: string }): string => {
  if (!isRowId(id)) throw new AppError('not-found')
  return id
}

/** Records at which every look is reported to whoever answers for the clinic; the day's review says who looked. */
export function watchRoutes({ deps, spool }: Pick<ApiServices, 'deps' | 'spool'>): Route[] {
  const common = { tag: 'patients', access: { anyOf: ['audit.all'] }, limit: 'general' } as const
  return [
    route({
      ...common,
      method: 'GET',
      path: '/api/patients/watched',
      summary: 'The patients at whose records every look is reported',
      response: watchList,
      handle: async (call) => {
        const body = await getWatched(deps)
        const detail = { ids: body.data.map(({ patient }) => patient.id) }
        const about = { action: 'patients.watched', entity: 'patient', outcome: 'ok' } as const
        await spool.write({ ...whoIs(call), ...about, detail })
        return { body }
      },
    }),
    route({
      ...common,
      method: 'GET',
      path: '/api/patients/:id/watch',
      summary: 'Whether looks at this record are reported, and why',
      params: byId,
      response: watch,
      handle: async (call) => {
        const id = rowId(call.params)
        const body = await getWatch(deps, id)
        const about = { entity: 'patient', entityId: id, patientId: id, outcome: 'ok' } as const
        await spool.write({ ...whoIs(call), action: 'patients.watch-read', ...about })
        return { body }
      },
    }),
    route({
      ...common,
      method: 'PUT',
      path: '/api/patients/:id/watch',
      summary: 'Have every look at this record reported, for a reason; null: no longer',
      params: byId,
      body: watchInput,
      response: watch,
      handle: async (call) => ({
        body: await watchPatient(deps, rowId(call.params), call.body.reason, { who: whoIs(call) }),
      }),
    }),
  ]
}
