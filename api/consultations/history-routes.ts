import { z } from 'zod'
import { historyQuery, patientHistory } from '../../shared/consultations/history/schema.ts'
import { getPatientHistory, type HistoryRights } from '../../shared/consultations/reads.ts'
import { doctorOfUser } from '../../shared/doctors/reads.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import type { Principal } from '../../shared/rights/permissions.ts'
import { isRowId } from '../../shared/units/ids.ts'
import { type Route, route } from '../http/route.ts'
import { principalOf, whoIs } from '../http/who.ts'
import type { ApiServices } from '../services.ts'

const MAX_ID_CHARS = 64
/** What is answered for an id that is nobody's, or not any more. */
const ABSENT: readonly string[] = ['not-found', 'state/merged']

/** What became of a patient's visits, each part for those who may see that part. */
export function historyRoutes({ deps, spool }: Pick<ApiServices, 'deps' | 'spool'>): Route[] {
  const paymentsFor = async ({ permissions, userId }: Principal): Promise<HistoryRights['payments']> => {
    if (permissions.has('payments.view')) return 'all'
    if (!permissions.has('payments.own')) return 'none'
    const doctor = await doctorOfUser(deps, userId)
    return doctor === null ? 'none' : { doctorId: doctor.id }
  }
  const rightsOf = async (principal: Principal): Promise<HistoryRights> => {
    const { permissions } = principal
    return {
      notes: permissions.has('consultations.view'),
      prescriptions: permissions.has('prescriptions.view') || permissions.has('dispensing.view'),
      certificates: permissions.has('certificates.view'),
      payments: await paymentsFor(principal),
    }
  }
  return [
    route({
      method: 'GET',
      path: '/api/patients/:id/history',
      tag: 'patients',
      summary: 'Visits of a patient with diagnoses, medicines, certificates and payments, the newest first',
      access: { anyOf: ['patients.view'] },
      limit: 'general',
      params: z.strictObject({ id: z.string().max(MAX_ID_CHARS) }),
      query: historyQuery,
      response: patientHistory,
      handle: async (call) => {
        const { id } = call.params
        const about = { action: 'patients.history', entity: 'patient', entityId: id, patientId: id }
        const record = (outcome: 'ok' | 'failed') => spool.write({ ...whoIs(call), ...about, outcome })
        try {
          const body = await getPatientHistory(deps, id, call.query, await rightsOf(principalOf(call)))
          await record('ok')
          return { body }
        } catch (error) {
          if (error instanceof AppError && ABSENT.includes(error.code) && isRowId(id)) await record('failed')
          throw error
        }
      },
    }),
  ]
}
