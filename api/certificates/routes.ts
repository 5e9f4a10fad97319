import { z } from 'zod'
import type { AuditEntry } from '../../shared/audit/entry.ts'
import { issueCertificate, replaceCertificate, voidCertificate } from '../../shared/certificates/commands.ts'
import {
  certificateRow,
  getCertificate,
  getCertificates,
  printCertificate,
  publicKeys,
  verifyCode,
} from '../../shared/certificates/reads.ts'
import {
  certificate,
  certificateInput,
  certificateList,
  certificateQuery,
  keyList,
  printQuery,
  replaceInput,
  verification,
  voidInput,
} from '../../shared/certificates/schema.ts'
import { pdfHeaders } from '../../shared/documents/sheet.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import { isRowId } from '../../shared/units/ids.ts'
import { idempotencyKeyOf } from '../http/idempotency-key.ts'
import { type Call, type Route, route } from '../http/route.ts'
import { whoIs } from '../http/who.ts'
import type { ApiServices } from '../services.ts'
import { originOf, READERS, WRITERS } from './policy.ts'

const MAX_ID_CHARS = 64
const MAX_CODE_CHARS = 512
const byId = z.strictObject({ id: z.string().max(MAX_ID_CHARS) })
const byCode = z.strictObject({ code: z.string().max(MAX_CODE_CHARS) })

const rowIdOf = ({ id }: { id: string }): string => {
  if (!isRowId(id)) throw new AppError('not-found')
  return id
}

/** Sick leave certificates: issued from a consultation, printed, made void, and verified by anybody who holds one. */
export function certificatesRoutes({ deps, spool }: Pick<ApiServices, 'deps' | 'spool'>): Route[] {
  const recorded = (call: Call, action: string, id: string | null, more: Partial<AuditEntry>) =>
    spool.write({
      ...whoIs(call),
      action: `certificates.${action}`,
      entity: 'certificate',
      entityId: id,
      outcome: 'ok',
      ...more,
    })
  const common = { tag: 'certificates', limit: 'general' } as const
  const reads = { ...common, method: 'GET', access: READERS } as const
  const writes = { ...common, method: 'POST', access: WRITERS, response: certificate } as const
  return [
    route({
      ...writes,
      path: '/api/consultations/:id/certificate',
      summary: "Issue a sick leave certificate from one's own consultation",
      params: byId,
      body: certificateInput,
      handle: async (call) => {
        const id = rowIdOf(call.params)
        const made = await issueCertificate(deps, id, call.body, whoIs(call), idempotencyKeyOf(call))
        return { status: 201, body: made, headers: { Location: `/api/certificates/${made.id}` } }
      },
    }),
    route({
      ...reads,
      path: '/api/certificates',
      summary: 'Certificates by patient, consultation, doctor or days, the latest first',
      query: certificateQuery,
      response: certificateList,
      handle: async (call) => {
        const body = await getCertificates(deps, call.query)
        const shown = [...new Set(body.data.map(({ patient }) => patient.id))]
        await recorded(call, 'list', null, { detail: { shown } })
        return { body }
      },
    }),
    route({
      ...reads,
      path: '/api/certificates/:id.pdf',
      summary: 'A certificate on paper, in Malay or English; its QR code can be verified offline',
      params: byId,
      query: printQuery,
      handle: async (call) => {
        const row = await certificateRow(deps, call.params.id)
        const stream = await printCertificate(deps, row, call.query, originOf(call))
        await recorded(call, 'print', row.id, { patientId: row.patient_id })
        return { stream, headers: pdfHeaders(row.number) }
      },
    }),
    route({
      ...reads,
      path: '/api/certificates/:id',
      summary: 'One certificate',
      params: byId,
      response: certificate,
      handle: async (call) => {
        const body = await getCertificate(deps, call.params.id)
        await recorded(call, 'read', body.id, { patientId: body.patient.id })
        return { body }
      },
    }),
    route({
      ...writes,
      path: '/api/certificates/:id/void',
      summary: 'Make a certificate void, with a reason, for good',
      params: byId,
      body: voidInput,
      handle: async (call) => ({
        status: 200,
        body: await voidCertificate(deps, rowIdOf(call.params), call.body, whoIs(call)),
      }),
    }),
    route({
      ...writes,
      path: '/api/certificates/:id/replace',
      summary: 'Issue another certificate in its place; this one becomes void with it',
      params: byId,
      body: replaceInput,
      handle: async (call) => ({
        body: await replaceCertificate(deps, rowIdOf(call.params), call.body, whoIs(call)),
      }),
    }),
    route({
      ...common,
      method: 'GET',
      path: '/api/verify/keys',
      summary: 'The public keys by which codes are verified without asking here',
      access: 'open',
      cacheControl: 'private-no-cache',
      response: keyList,
      handle: async () => ({ body: publicKeys(deps) }),
    }),
    route({
      ...common,
      method: 'GET',
      path: '/api/verify/:code',
      summary: 'Whether the code of a certificate is genuine, void, or not ours; never a diagnosis',
      access: 'open',
      params: byCode,
      response: verification,
      handle: async (call) => {
        const { answer, row } = await verifyCode(deps, call.params.code)
        if (row !== null)
          await spool.write({
            action: 'certificates.verify',
            entity: 'certificate',
            entityId: row.id,
            patientId: row.patient_id,
            outcome: 'ok',
            address: call.address,
            requestId: call.requestId,
          })
        return { body: answer }
      },
    }),
  ]
}
