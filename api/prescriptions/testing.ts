import request from 'supertest'
import type { Consultation } from '../../shared/consultations/schema.ts'
import type { Medication } from '../../shared/medications/schema.ts'
import type { Prescription } from '../../shared/prescriptions/schema.ts'
import { type ConsultationApi, startConsultationApi } from '../consultations/testing.ts'

/** An API on which doctors order medicines. */
export interface PrescriptionApi extends ConsultationApi {
  medicine(more?: Record<string, unknown>): Promise<Medication>
  put(
    id: string,
    lines: readonly object[],
    version?: number,
    cookie?: string,
  ): Promise<{ status: number; body: Prescription & Record<string, never>; text: string }>
  /** A signed consultation with these lines; its ticket waits in the dispensary. */
  ordered(lines: readonly object[]): Promise<{ consultation: Consultation; prescription: Prescription }>
}

let serial = 0

/** A line of one tablet twice a day for five days: ten tablets. */
export const tablets = (medicationId: string, more: Record<string, unknown> = {}) => ({
  medicationId,
  dose: 1,
  frequency: 'BD',
  durationDays: 5,
  ...more,
})

/** Starts {@link PrescriptionApi}; call `close` in afterAll. */
export async function startPrescriptionApi(
  options: Parameters<typeof startConsultationApi>[0] = {},
): Promise<PrescriptionApi> {
  const api = await startConsultationApi(options)
  const put: PrescriptionApi['put'] = (id, lines, version = 0, cookie = api.lim.cookie) =>
    request(api.url)
      .put(`/api/consultations/${id}/prescription`)
      .set('Cookie', cookie)
      .set('X-Requested-With', 'clinic')
      .send({ lines, version }) as never
  return {
    ...api,
    put,
    medicine: async (more = {}) => {
      serial++
      const answer = await api.call('post', '/api/medications', api.others.pharmacist).send({
        sku: `P-${serial}`,
        genericName: `Canarydrug${serial}`,
        form: 'tablet',
        strength: '500 mg',
        unit: 'tablet',
        sellingPrice: '0.50',
        costPrice: '0.20',
        ...more,
      })
      if (answer.status !== 201) throw new Error(`medication answered ${answer.status}: ${answer.text}`)
      return answer.body
    },
    ordered: async (lines) => {
      const opened = await api.open()
      const written = await put(opened.id, lines)
      if (written.status !== 200) throw new Error(`prescription answered ${written.status}: ${written.text}`)
      const saved = await api.save(opened, { subjective: 'Cough for two days' })
      const signed = await api
        .as1('post', `/api/consultations/${saved.id}/sign`)
        .send({ version: saved.version })
      if (signed.status > 201) throw new Error(`signing answered ${signed.status}: ${signed.text}`)
      return { consultation: signed.body, prescription: written.body }
    },
  }
}
