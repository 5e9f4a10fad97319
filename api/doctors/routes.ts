import { z } from 'zod'
import { changeSignature, createDoctor, editDoctor } from '../../shared/doctors/commands.ts'
import { getDoctor, getDoctors, getSignature } from '../../shared/doctors/reads.ts'
import {
  doctor,
  doctorChanges,
  doctorInput,
  doctorList,
  signature,
  signatureChange,
} from '../../shared/doctors/schema.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import { isRowId } from '../../shared/units/ids.ts'
import { type Route, route } from '../http/route.ts'
import { seenState } from '../http/seen.ts'
import { whoIs } from '../http/who.ts'
import type { ApiServices } from '../services.ts'

const MAX_ID_CHARS = 64
const byId = z.strictObject({ id: z.string().max(MAX_ID_CHARS) })

/** The clinic's doctors: reference data that everybody reads and administrators keep. */
export function doctorsRoutes({ deps }: Pick<ApiServices, 'deps'>): Route[] {
  const reads = {
    method: 'GET',
    tag: 'doctors',
    access: { anyOf: ['doctors.view'] },
    limit: 'general',
    cacheControl: 'private-no-cache',
  } as const
  const writes = { tag: 'doctors', access: { anyOf: ['doctors.write'] }, limit: 'general' } as const
  return [
    route({
      ...reads,
      path: '/api/doctors',
      summary: 'The doctors, those at work first',
      response: doctorList,
      handle: () => getDoctors(deps),
    }),
    route({
      ...reads,
      path: '/api/doctors/:id',
      summary: 'One doctor',
      params: byId,
      response: doctor,
      handle: ({ params }) => getDoctor(deps, params.id),
    }),
    route({
      ...writes,
      method: 'POST',
      path: '/api/doctors',
      summary: 'Add a doctor',
      body: doctorInput,
      response: doctor,
      handle: async (call) => {
        const made = await createDoctor(deps, call.body, whoIs(call))
        return { status: 201, body: made, headers: { Location: `/api/doctors/${made.id}` } }
      },
    }),
    route({
      ...writes,
      method: 'PATCH',
      path: '/api/doctors/:id',
      summary: 'Change a doctor whose present version is known',
      params: byId,
      body: doctorChanges,
      response: doctor,
      handle: async (call) => {
        const { id } = call.params
        if (!isRowId(id)) throw new AppError('not-found')
        const { version, ...changes } = call.body
        const seen = seenState(version, call.header('if-match'))
        return { body: await editDoctor(deps, id, seen, changes, whoIs(call)) }
      },
    }),
    route({
      ...writes,
      method: 'GET',
      path: '/api/doctors/:id/signature',
      summary: 'The picture that a doctor signs papers with',
      params: byId,
      response: signature,
      handle: async ({ params }) => ({ body: await getSignature(deps, params.id) }),
    }),
    route({
      ...writes,
      method: 'PUT',
      path: '/api/doctors/:id/signature',
      summary: 'Give a doctor a picture to sign new certificates and letters with, up to 64 kB, or none',
      params: byId,
      body: signatureChange,
      response: signature,
      handle: async (call) => {
        const { id } = call.params
        if (!isRowId(id)) throw new AppError('not-found')
        return { body: await changeSignature(deps, id, call.body, whoIs(call)) }
      },
    }),
  ]
}
