import { z } from 'zod'
import { AppError } from '../../shared/errors/app-error.ts'
import { createMedication, editMedication, retireMedication } from '../../shared/medications/commands.ts'
import { medicationById, medicationPage, variantOf } from '../../shared/medications/reads.ts'
import {
  medication,
  medicationChanges,
  medicationInput,
  medicationsQuery,
  medicationPage as pageBody,
} from '../../shared/medications/schema.ts'
import type { Principal } from '../../shared/rights/permissions.ts'
import { isRowId } from '../../shared/units/ids.ts'
import { type Route, route } from '../http/route.ts'
import { seenInHeader, seenState } from '../http/seen.ts'
import { principalOf, whoIs } from '../http/who.ts'
import type { ApiServices } from '../services.ts'

const byId = z.strictObject({ id: z.string().refine(isRowId, 'is not an id') })
const MAX_ID_CHARS = 64
const toChange = z.strictObject({ id: z.string().max(MAX_ID_CHARS) })

const rowIdOf = ({ id }: { id: string }): string => {
  if (!isRowId(id)) throw new AppError('not-found')
  return id
}

/** The clinic's medicines and their prices: reference data, cached for a day. */
export function medicationsRoutes({ deps }: Pick<ApiServices, 'deps'>): Route[] {
  const reads = {
    method: 'GET',
    tag: 'medications',
    access: { anyOf: ['medications.view'] },
    limit: 'general',
    cacheControl: 'private-no-cache',
  } as const
  const writes = { tag: 'medications', access: { anyOf: ['medications.write'] }, limit: 'general' } as const
  return [
    route({
      ...reads,
      path: '/api/medications',
      summary: 'Medicines in use, by name; `query` finds words of name, brand, code or category',
      query: medicationsQuery,
      response: pageBody,
      handle: ({ principal, query }) => medicationPage(deps, principal as Principal, query),
    }),
    route({
      ...reads,
      path: '/api/medications/:id',
      summary: 'One medicine',
      params: byId,
      response: medication,
      handle: ({ principal, params }) => medicationById(deps, principal as Principal, params.id),
    }),
    route({
      ...writes,
      method: 'POST',
      path: '/api/medications',
      summary: 'Add a medicine',
      body: medicationInput,
      response: medication,
      handle: async (call) => {
        const made = await createMedication(deps, call.body, variantOf(principalOf(call)), whoIs(call))
        return { status: 201, body: made, headers: { Location: `/api/medications/${made.id}` } }
      },
    }),
    route({
      ...writes,
      method: 'PATCH',
      path: '/api/medications/:id',
      summary: 'Change a medicine or its prices; the present version must be known',
      params: toChange,
      body: medicationChanges,
      response: medication,
      handle: async (call) => {
        const id = rowIdOf(call.params)
        const { version, ...changes } = call.body
        const seen = seenState(version, call.header('if-match'))
        const variant = variantOf(principalOf(call))
        return { body: await editMedication(deps, id, seen, changes, variant, whoIs(call)) }
      },
    }),
    route({
      ...writes,
      method: 'DELETE',
      path: '/api/medications/:id',
      summary: 'Take a medicine out of use; what refers to it stays',
      params: toChange,
      handle: async (call) => {
        const seen = seenInHeader(call.header('if-match'))
        const variant = variantOf(principalOf(call))
        await retireMedication(deps, rowIdOf(call.params), seen, variant, whoIs(call))
        return { status: 204 }
      },
    }),
  ]
}
