import { z } from 'zod'
import type { AuditEntry } from '../../shared/audit/entry.ts'
import { pdfHeaders } from '../../shared/documents/sheet.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import { issueLetter } from '../../shared/letters/commands.ts'
import { getLetter, getLetters, letterRow, printLetter } from '../../shared/letters/reads.ts'
import {
  letter,
  letterInput,
  letterList,
  letterPrintQuery,
  letterQuery,
} from '../../shared/letters/schema.ts'
import { isRowId } from '../../shared/units/ids.ts'
import { idempotencyKeyOf } from '../http/idempotency-key.ts'
import { type Call, type Route, route } from '../http/route.ts'
import { whoIs } from '../http/who.ts'
import type { ApiServices } from '../services.ts'
import { READERS, WRITERS } from './policy.ts'

const MAX_ID_CHARS = 64
const byId = z.strictObject({ id: z.string().max(MAX_ID_CHARS) })

/** Referral letters and time slips: issued from a consultation by template, kept as issued, printed. */
export function lettersRoutes({ deps, spool }: Pick<ApiServices, 'deps' | 'spool'>): Route[] {
  const recorded = (call: Call, action: string, id: string | null, more: Partial<AuditEntry>) =>
    spool.write({
      ...whoIs(call),
      action: `letters.${action}`,
      entity: 'letter',
      entityId: id,
      outcome: 'ok',
      ...more,
    })
  const reads = { tag: 'letters', limit: 'general', method: 'GET', access: READERS } as const
  return [
    route({
      tag: 'letters',
      limit: 'general',
      method: 'POST',
      path: '/api/consultations/:id/letters',
      summary: "Issue a referral letter or a time slip from one's own consultation",
      access: WRITERS,
      params: byId,
      body: letterInput,
      response: letter,
      handle: async (call) => {
        const { id } = call.params
        if (!isRowId(id)) throw new AppError('not-found')
        const made = await issueLetter(deps, id, call.body, whoIs(call), idempotencyKeyOf(call))
        return { status: 201, body: made, headers: { Location: `/api/letters/${made.id}` } }
      },
    }),
    route({
      ...reads,
      path: '/api/letters',
      summary: 'Letters of a patient or a consultation, the latest first',
      query: letterQuery,
      response: letterList,
      handle: async (call) => {
        const body = await getLetters(deps, call.query)
        const shown = [...new Set(body.data.map(({ patient }) => patient.id))]
        await recorded(call, 'list', null, { patientId: call.query.patient ?? null, detail: { shown } })
        return { body }
      },
    }),
    route({
      ...reads,
      path: '/api/letters/:id.pdf',
      summary: 'A letter on paper',
      params: byId,
      query: letterPrintQuery,
      handle: async (call) => {
        const row = await letterRow(deps, call.params.id)
        const stream = await printLetter(deps, row, call.query.paper)
        await recorded(call, 'print', row.id, { patientId: row.patient_id })
        return { stream, headers: pdfHeaders(`letter-${row.id}`) }
      },
    }),
    route({
      ...reads,
      path: '/api/letters/:id',
      summary: 'One letter',
      params: byId,
      response: letter,
      handle: async (call) => {
        const body = await getLetter(deps, call.params.id)
        await recorded(call, 'read', body.id, { patientId: body.patient.id })
        return { body }
      },
    }),
  ]
}
