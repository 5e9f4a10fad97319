import type { Certificate } from '../../shared/certificates/schema.ts'
import { toSqlUtc } from '../../shared/units/clock.ts'
import { clinicDay } from '../../shared/units/dates.ts'
import { fromNoon, type QueueApi, startQueueApi } from '../queue/testing.ts'

/** An API with two doctors who sign in, for the tests of certificates and letters. */
export interface ClinicalApi extends QueueApi {
  /** The doctor whom `as.doctor` signs in as. */
  doctorId: string
  /** Another one, and the cookie of whom. */
  otherId: string
  other: string
  /** A consultation of a new patient with a doctor, today. */
  consultation(patient?: Record<string, unknown>, doctorId?: string): Promise<string>
  /** A certificate of a new consultation. */
  certificate(patient?: Record<string, unknown>): Promise<Certificate>
  today: string
}

const JSON_EMPTY = '{}'

/** Inserts a consultation of a visit: what the doctor's own page does, without its own rules. */
async function openConsultation(api: QueueApi, visitId: string, doctorId: string): Promise<string> {
  const visit = await api.deps.db('visits').where({ id: visitId }).first('patient_id', 'visited_on')
  const at = toSqlUtc(new Date())
  const [id] = await api.deps.db('consultations').insert({
    visit_id: visitId,
    patient_id: visit.patient_id,
    doctor_id: doctorId,
    day: visit.visited_on,
    status: 'draft',
    vitals: JSON_EMPTY,
    subjective: '',
    objective: '',
    assessment: 'CANARYdiagnosis',
    plan: '',
    procedures: '[]',
    created_at: at,
    updated_at: at,
  })
  return String(id)
}

/** Starts {@link ClinicalApi}; call `close` in afterAll. */
export async function startClinicalApi(
  options: Parameters<typeof startQueueApi>[0] = {},
): Promise<ClinicalApi> {
  const clock = fromNoon(() => 0)
  const api = await startQueueApi({ rewire: (deps) => ({ ...deps, clock }), ...options })
  const doctor = async (username: string, code: string, mmcNumber: string) => {
    const cookie = await api.signIn('doctor', username)
    const userId = await api.user('doctor', username)
    const hours = [{ from: '09:00', to: '17:00' }]
    const workingHours = {
      mon: hours,
      tue: hours,
      wed: hours,
      thu: hours,
      fri: hours,
      sat: hours,
      sun: hours,
    }
    const sent = { code, name: `Dr. ${username}`, userId, mmcNumber, workingHours }
    const made = await api.call('post', '/api/doctors', api.as.admin).send(sent)
    if (made.status !== 201) throw new Error(`doctor: ${made.text}`)
    return { cookie, id: made.body.id as string }
  }
  const own = await doctor('doctor', 'D1', '45821')
  const other = await doctor('other', 'D2', '45822')
  const consultation: ClinicalApi['consultation'] = async (patient = {}, doctorId = own.id) => {
    const { visitId } = await api.ticket({}, patient)
    return openConsultation(api, visitId, doctorId)
  }
  const today = clinicDay()
  return {
    ...api,
    doctorId: own.id,
    otherId: other.id,
    other: other.cookie,
    consultation,
    certificate: async (patient = {}) => {
      const id = await consultation(patient)
      const made = await api
        .call('post', `/api/consultations/${id}/certificate`, api.as.doctor)
        .send({ from: today, to: today })
      if (made.status !== 201) throw new Error(`certificate: ${made.text}`)
      return made.body
    },
    today,
  }
}
