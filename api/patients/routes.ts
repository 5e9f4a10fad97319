import { z } from 'zod'
import type { AuditEntry } from '../../shared/audit/entry.ts'
import type { Cached } from '../../shared/cache/read-cache.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import { ring } from '../../shared/events/outbox.ts'
import { deletePatient, editPatient, registerPatient, type Writer } from '../../shared/patients/commands.ts'
import {
  getPatient,
  getPatientHistory,
  listDuplicates,
  listPatients,
  searchPatients,
} from '../../shared/patients/reads.ts'
import {
  duplicateQuestion,
  duplicatesFound,
  patient,
  patientChanges,
  patientHistory,
  patientInput,
  patientList,
  patientListQuery,
  patientSearch,
  patientsFound,
} from '../../shared/patients/schema.ts'
import { variantFor } from '../../shared/patients/view.ts'
import { tellRenamed } from '../../shared/queue/commands.ts'
import type { Principal } from '../../shared/rights/permissions.ts'
import { isRowId } from '../../shared/units/ids.ts'
import { idempotencyKeyOf } from '../http/idempotency-key.ts'
import { type Call, type Reply, type Route, route } from '../http/route.ts'
import { seenInHeader, seenState } from '../http/seen.ts'
import { principalOf, whoIs } from '../http/who.ts'
import type { ApiServices } from '../services.ts'
import { DELETERS, READERS, WRITERS } from './policy.ts'

const MAX_ID_CHARS = 64
const idParams = z.strictObject({ id: z.string().max(MAX_ID_CHARS) })

/** What is answered for an id that is nobody's, or not any more. */
const ABSENT: readonly string[] = ['not-found', 'state/merged']

const writerOf = (call: Call): Writer => ({
  who: whoIs(call),
  variant: variantFor(principalOf(call).role),
  signal: call.signal,
})

/** Which patients an answer shows, for the audit. */
const idsShown = (answer: Cached): string[] =>
  (JSON.parse(answer.json.toString()) as { data: { id: string }[] }).data.map(({ id }) => id)

/** The calls about patients. Every answer with patient data is recorded before it is given, from the cache or not. */
export function patientsRoutes({ deps, spool }: Pick<ApiServices, 'deps' | 'spool'>): Route[] {
  // one object a line, made at once: a cached read spends most of its time on what stands around it
  const record = (
    { principal, address, requestId }: Call,
    action: string,
    id: string | null,
    outcome: AuditEntry['outcome'],
    detail?: AuditEntry['detail'],
  ): Promise<void> => {
    const { userId, username, role } = principal as Principal
    const entry: AuditEntry = {
      userId,
      username,
      role,
      action,
      entity: 'patient',
      entityId: id,
      patientId: id,
      outcome,
      address,
      requestId,
    }
    if (detail !== undefined) entry.detail = detail
    return spool.write(entry)
  }

  /** Looks and failures alike are recorded: who asked for which patient. */
  const recorded = async <T>(call: Call, action: string, id: string, read: () => Promise<T>): Promise<T> => {
    try {
      const answer = await read()
      await record(call, action, id, 'ok')
      return answer
    } catch (error) {
      if (error instanceof AppError && ABSENT.includes(error.code) && isRowId(id))
        await record(call, action, id, 'failed')
      throw error
    }
  }

  const recordShown = (call: Call, action: string, shown: string[]): Promise<void> =>
    record(call, action, null, 'ok', { shown })

  const search = async (call: Call, text: string): Promise<Reply> => {
    const answer = await searchPatients(deps, text, variantFor(principalOf(call).role))
    await recordShown(call, 'patients.search', idsShown(answer))
    return answer
  }

  const reads = [
    route({
      method: 'GET',
      path: '/api/patients',
      tag: 'patients',
      summary: 'The patient file, newest first',
      access: READERS,
      limit: 'general',
      query: patientListQuery,
      response: patientList,
      handle: async (call) => {
        const answer = await listPatients(deps, call.query, variantFor(principalOf(call).role))
        await recordShown(call, 'patients.list', idsShown(answer))
        return answer
      },
    }),
    route({
      method: 'GET',
      path: '/api/patients/search',
      tag: 'patients',
      summary: 'The best twenty by name, identity, telephone or clinic number (for scripts)',
      access: READERS,
      limit: 'general',
      query: patientSearch,
      response: patientsFound,
      handle: (call) => search(call, call.query.query),
    }),
    route({
      method: 'POST',
      path: '/api/patients/search',
      tag: 'patients',
      summary: 'The same, without an identity number in the address',
      access: READERS,
      limit: 'general',
      body: patientSearch,
      response: patientsFound,
      handle: (call) => search(call, call.body.query),
    }),
    route({
      method: 'POST',
      path: '/api/patients/duplicates',
      tag: 'patients',
      summary: 'Who in the file may be this person already',
      access: READERS,
      limit: 'general',
      body: duplicateQuestion,
      response: duplicatesFound,
      handle: async (call) => {
        const body = await listDuplicates(deps, call.body, variantFor(principalOf(call).role))
        const shown = body.data.map(({ id }) => id)
        await recordShown(call, 'patients.duplicates', shown)
        return { status: 200, body }
      },
    }),
    route({
      method: 'GET',
      path: '/api/patients/:id',
      tag: 'patients',
      summary: 'One patient',
      access: READERS,
      limit: 'general',
      params: idParams,
      response: patient,
      handle: (call) => {
        const { id } = call.params
        const variant = variantFor(principalOf(call).role)
        return recorded(call, 'patients.read', id, () => getPatient(deps, id, variant))
      },
    }),
    route({
      method: 'GET',
      path: '/api/patients/:id/changes',
      tag: 'patients',
      summary: 'What happened to the record of a patient',
      access: READERS,
      limit: 'general',
      params: idParams,
      response: patientHistory,
      handle: async (call) => {
        const { id } = call.params
        const read = () => getPatientHistory(deps, id, call.signal)
        return { body: await recorded(call, 'patients.changes', id, read) }
      },
    }),
  ]

  const writes = [
    route({
      method: 'POST',
      path: '/api/patients',
      tag: 'patients',
      summary: 'Register a patient',
      access: WRITERS,
      limit: 'general',
      body: patientInput,
      response: patient,
      handle: async (call) => {
        const made = await registerPatient(deps, call.body, writerOf(call), idempotencyKeyOf(call))
        return { status: 201, body: made, headers: { Location: `/api/patients/${made.id}` } }
      },
    }),
    route({
      method: 'PATCH',
      path: '/api/patients/:id',
      tag: 'patients',
      summary: 'Change a patient whose present version is known',
      access: WRITERS,
      limit: 'general',
      params: idParams,
      body: patientChanges,
      response: patient,
      handle: async (call) => {
        const { id } = call.params
        if (!isRowId(id)) throw new AppError('not-found')
        const seen = seenState(call.body.version, call.header('if-match'))
        const renamed = call.body.name === undefined ? undefined : await tellRenamed(deps)
        const body = await editPatient(deps, id, seen, call.body, writerOf(call), renamed)
        if (renamed !== undefined) void ring(deps)
        return { body }
      },
    }),
    route({
      method: 'DELETE',
      path: '/api/patients/:id',
      tag: 'patients',
      summary: 'Delete a patient softly: nobody finds the record any more, what refers to it stays',
      access: DELETERS,
      limit: 'general',
      params: idParams,
      handle: async (call) => {
        const { id } = call.params
        if (!isRowId(id)) throw new AppError('not-found')
        await deletePatient(deps, id, seenInHeader(call.header('if-match')), writerOf(call))
        return { status: 204 }
      },
    }),
  ]
  return [...reads, ...writes]
}
