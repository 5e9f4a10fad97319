import type { AuditEntry } from '../../shared/audit/entry.ts'
import { listAudit, listTouched } from '../../shared/audit/reads.ts'
import { reviewDay } from '../../shared/audit/review.ts'
import {
  auditList,
  auditQuery,
  auditReview,
  reviewQuery,
  touchedList,
  touchedQuery,
} from '../../shared/audit/schema.ts'
import { type Call, type Route, route } from '../http/route.ts'
import { principalOf, whoIs } from '../http/who.ts'
import type { ApiServices } from '../services.ts'

const READ = { method: 'GET', tag: 'Audit', access: { anyOf: ['audit.view'] }, limit: 'general' } as const

/** Reading the audit, which is on record itself before it is answered. */
export function auditRoutes({ deps, spool }: Pick<ApiServices, 'deps' | 'spool'>): Route[] {
  const record = (call: Call, entry: Pick<AuditEntry, 'action'> & Partial<AuditEntry>): Promise<void> =>
    spool.write({ ...whoIs(call), outcome: 'ok', ...entry })

  return [
    route({
      ...READ,
      path: '/api/audit',
      summary: 'Who did what and who saw whom, newest first',
      query: auditQuery,
      response: auditList,
      handle: async (call) => {
        const { patient, user, action, from, to } = call.query
        const body = await listAudit(deps, principalOf(call), call.query, call.signal)
        await record(call, {
          action: 'audit.read',
          ...(patient === undefined ? {} : { patientId: patient }),
          detail: { user, action, from, to, entries: body.data.length },
        })
        return { body }
      },
    }),
    route({
      ...READ,
      // it names people above the asker as well, because a review that leaves somebody out is none
      access: { anyOf: ['audit.all'] },
      path: '/api/audit/review',
      summary: 'What of a day somebody should look at: mass reading, looks after hours, refusals',
      query: reviewQuery,
      response: auditReview,
      handle: async (call) => {
        const { day } = call.query
        const body = await reviewDay(deps, day)
        await record(call, { action: 'audit.review', detail: { day } })
        return { body }
      },
    }),
    route({
      ...READ,
      path: '/api/audit/patients',
      summary: 'Whose records a member of staff has touched or been shown',
      query: touchedQuery,
      response: touchedList,
      handle: async (call) => {
        const { user, from, to } = call.query
        const body = await listTouched(deps, call.query, call.signal)
        await record(call, {
          action: 'audit.touched',
          entity: 'user',
          entityId: user,
          detail: { from, to, patients: body.data.length },
        })
        return { body }
      },
    }),
  ]
}
