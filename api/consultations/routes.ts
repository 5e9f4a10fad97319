import { z } from 'zod'
import type { AuditEntry } from '../../shared/audit/entry.ts'
import {
  amendConsultation,
  saveDraft,
  signConsultation,
  startConsultation,
} from '../../shared/consultations/commands.ts'
import {
  getConsultation,
  getConsultations,
  getVersions,
  variantOf,
} from '../../shared/consultations/reads.ts'
import {
  amendInput,
  consultation,
  consultationList,
  consultationPrescription,
  draftInput,
  listQuery,
  signInput,
  startInput,
  versionList,
} from '../../shared/consultations/schema.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import { isRowId } from '../../shared/units/ids.ts'
import { type Call, type Route, route } from '../http/route.ts'
import { principalOf, whoIs } from '../http/who.ts'
import type { ApiServices } from '../services.ts'
import { LISTERS, NOTES, READERS, WRITERS } from './policy.ts'
import { versionSeen } from './seen.ts'

const MAX_ID_CHARS = 64
const byId = z.strictObject({ id: z.string().max(MAX_ID_CHARS) })

const idOf = ({ id }: { id: string }): string => {
  if (!isRowId(id)) throw new AppError('not-found')
  return id
}

/** What doctors find and do. Every answer with patient data is recorded before it is given. */
export function consultationsRoutes({ deps, spool }: Pick<ApiServices, 'deps' | 'spool'>): Route[] {
  const base = { tag: 'consultations', limit: 'general' } as const

  const record = (call: Call, entry: Pick<AuditEntry, 'action'> & Partial<AuditEntry>): Promise<void> =>
    spool.write({ ...whoIs(call), entity: 'consultation', outcome: 'ok', ...entry })

  /** Looks and failures alike are recorded: who asked for which consultation. */
  const recorded = async <T>(
    call: Call<{ id: string }>,
    action: string,
    read: () => Promise<T>,
    patientIdOf: (answer: T) => string,
  ): Promise<T> => {
    const { id } = call.params
    try {
      const answer = await read()
      await record(call, { action, entityId: id, patientId: patientIdOf(answer) })
      return answer
    } catch (error) {
      if (error instanceof AppError && error.code === 'not-found' && isRowId(id))
        await record(call, { action, entityId: id, outcome: 'failed' })
      throw error
    }
  }

  const reads = [
    route({
      ...base,
      method: 'GET',
      path: '/api/consultations',
      summary: 'Consultations, the newest first; diagnoses only for those who may see notes',
      access: LISTERS,
      query: listQuery,
      response: consultationList,
      handle: async (call) => {
        const { userId, permissions } = principalOf(call)
        const body = await getConsultations(deps, call.query, variantOf(permissions), userId)
        const shown = [...new Set(body.data.map(({ patient }) => patient.id))]
        await record(call, { action: 'consultations.list', detail: { shown } })
        return { body }
      },
    }),
    route({
      ...base,
      method: 'GET',
      path: '/api/consultations/:id',
      summary: 'One consultation; for the dispensary with what was ordered in place of the notes',
      access: READERS,
      params: byId,
      response: z.union([consultation, consultationPrescription]),
      handle: async (call) => {
        const variant = variantOf(principalOf(call).permissions) === 'full' ? 'full' : 'prescription'
        const read = () => getConsultation(deps, call.params.id, variant)
        return { body: await recorded(call, 'consultations.read', read, ({ patient }) => patient.id) }
      },
    }),
    route({
      ...base,
      method: 'GET',
      path: '/api/consultations/:id/versions',
      summary: 'How a consultation stood each time it was signed, amended or handed over',
      access: NOTES,
      params: byId,
      response: versionList,
      handle: async (call) => {
        const read = () => getVersions(deps, call.params.id)
        const found = await recorded(call, 'consultations.versions', read, ({ patientId }) => patientId)
        return { body: found.list }
      },
    }),
  ]

  const writes = [
    route({
      ...base,
      method: 'POST',
      path: '/api/consultations',
      summary: 'Open a visit as its doctor: the ticket moves to him and a draft begins',
      access: WRITERS,
      body: startInput,
      response: consultation,
      handle: async (call) => {
        const { consultation: body, isNew } = await startConsultation(deps, call.body, whoIs(call))
        if (!isNew) {
          const patientId = body.patient.id
          await record(call, { action: 'consultations.read', entityId: body.id, patientId })
        }
        return { status: isNew ? 201 : 200, body, headers: { Location: `/api/consultations/${body.id}` } }
      },
    }),
    route({
      ...base,
      method: 'PATCH',
      path: '/api/consultations/:id',
      summary: 'Save a draft as it is typed; what is left out stays',
      access: WRITERS,
      params: byId,
      body: draftInput,
      response: consultation,
      handle: async (call) => {
        const { version, ...written } = call.body
        const seen = versionSeen(version, call.header('if-match'))
        return { body: await saveDraft(deps, idOf(call.params), seen, written, whoIs(call)) }
      },
    }),
    route({
      ...base,
      method: 'POST',
      path: '/api/consultations/:id/sign',
      summary: 'Sign a draft; the patient goes on to the dispensary, the cash desk or home',
      access: WRITERS,
      params: byId,
      body: signInput,
      response: consultation,
      handle: async (call) => ({
        status: 200,
        body: await signConsultation(deps, idOf(call.params), call.body, whoIs(call)),
      }),
    }),
    route({
      ...base,
      method: 'POST',
      path: '/api/consultations/:id/amend',
      summary: 'Change what is signed, with a reason; how it was is kept',
      access: WRITERS,
      params: byId,
      body: amendInput,
      response: consultation,
      handle: async (call) => ({
        status: 200,
        body: await amendConsultation(deps, idOf(call.params), call.body, whoIs(call)),
      }),
    }),
  ]
  return [...reads, ...writes]
}
