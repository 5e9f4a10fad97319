import { z } from 'zod'
import { AppError } from '../../shared/errors/app-error.ts'
import { writePrescription } from '../../shared/prescriptions/commands.ts'
import { getLastPrescription, getPrescription, reckonDosing } from '../../shared/prescriptions/reads.ts'
import {
  dosingInput,
  dosingResult,
  lastPrescription,
  prescription,
  prescriptionInput,
} from '../../shared/prescriptions/schema.ts'
import { type Call, type Route, route } from '../http/route.ts'
import { whoIs } from '../http/who.ts'
import type { ApiServices } from '../services.ts'
import { READERS, WRITERS } from './policy.ts'

const MAX_ID_CHARS = 64
const byId = z.strictObject({ id: z.string().max(MAX_ID_CHARS) })
/** Unlike records, a prescription has a state before its first: version 0. */
const VERSION = /^(?:W\/)?"?(0|[1-9][0-9]{0,9})"?$/

function seenVersion(version: number | undefined, ifMatch: string | undefined): number {
  if (version !== undefined) return version
  const named = VERSION.exec(ifMatch?.trim() ?? '')
  if (named !== null) return Number(named[1])
  throw new AppError('request/invalid', {
    errors: [{ path: 'version', message: 'Is needed, here or in If-Match' }],
  })
}

/** What doctors order. */
export function prescriptionsRoutes({ deps, spool }: Pick<ApiServices, 'deps' | 'spool'>): Route[] {
  const base = { tag: 'prescriptions', limit: 'general' } as const

  const record = (call: Call, action: string, consultationId: string, patientId: string): Promise<void> =>
    spool.write({
      ...whoIs(call),
      action,
      entity: 'consultation',
      entityId: consultationId,
      patientId,
      outcome: 'ok',
    })

  return [
    route({
      ...base,
      method: 'GET',
      path: '/api/consultations/:id/prescription',
      summary: 'What was ordered in a consultation',
      access: READERS,
      params: byId,
      response: prescription,
      handle: async (call) => {
        const body = await getPrescription(deps, call.params.id)
        await record(call, 'prescriptions.read', call.params.id, body.patientId)
        return { body }
      },
    }),
    route({
      ...base,
      method: 'GET',
      path: '/api/consultations/:id/prescription/last',
      summary: 'The patient’s last prescription before this one, as lines to order again',
      access: READERS,
      params: byId,
      response: lastPrescription,
      handle: async (call) => {
        const { patientId, last } = await getLastPrescription(deps, call.params.id)
        await record(call, 'prescriptions.last', call.params.id, patientId)
        return { body: last }
      },
    }),
    route({
      ...base,
      method: 'PUT',
      path: '/api/consultations/:id/prescription',
      summary: 'Put a whole prescription in place of the one seen; 422 lists warnings that need a reason',
      access: WRITERS,
      params: byId,
      body: prescriptionInput,
      response: prescription,
      handle: async (call) => {
        const { version, lines } = call.body
        const seen = seenVersion(version, call.header('if-match'))
        return { body: await writePrescription(deps, call.params.id, seen, { lines }, whoIs(call)) }
      },
    }),
    route({
      ...base,
      method: 'POST',
      path: '/api/prescriptions/dosing',
      summary: 'What a dosing comes to: quantity, label in Malay and English, price; nothing is written',
      access: READERS,
      body: dosingInput,
      response: dosingResult,
      handle: async (call) => ({ status: 200, body: await reckonDosing(deps, call.body) }),
    }),
  ]
}
