import type { Certificate } from '../../shared/certificates/schema.ts'
import type { TestDeps } from '../../shared/testing/harness.ts'
import { startTwoApis, type TwoApis } from '../../shared/testing/two-apis.ts'
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
async function insertConsultation(
  { db }: Pick<TestDeps, 'db'>,
  visitId: string,
  doctorId: string,
): Promise<string> {
  const visit = await db('visits').where({ id: visitId }).first('patient_id', 'visited_on')
  const at = toSqlUtc(new Date())
  const [id] = await db('consultations').insert({
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
    return insertConsultation(api.deps, visitId, doctorId)
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

/** Two API processes, and consultations of the doctor who is signed in. */
export interface Crowd extends TwoApis {
  consultationIds: string[]
}

const CONSULTATIONS = 20

/** Starts {@link Crowd} on this test worker's servers; call `close` in afterAll. */
export async function startCrowd(): Promise<Crowd> {
  const apis = await startTwoApis('doctor', 'Dr. Lim')
  const { deps, userId } = apis
  const at = toSqlUtc(new Date())
  const [doctorId] = await deps.db('doctors').insert({
    user_id: userId,
    code: 'D1',
    name: 'Dr. Lim',
    mmc_number: '45821',
    working_hours: JSON_EMPTY,
    created_at: at,
    updated_at: at,
  })
  await deps.db('patients').insert({ id: 1, name: 'Siti', created_at: at, updated_at: at })
  const visit = { patient_id: 1, visited_on: clinicDay(), created_at: at }
  const consultationIds: string[] = []
  for (let n = 0; n < CONSULTATIONS; n++) {
    const [visitId] = await deps.db('visits').insert(visit)
    consultationIds.push(await insertConsultation(deps, String(visitId), String(doctorId)))
  }
  return { ...apis, consultationIds }
}

/** Lets many clients issue certificates at once until there are so many; answers how many requests had to be repeated. */
export async function issueMany(crowd: Crowd, total: number, clients: number): Promise<number> {
  const answered = new Map<string, string>()
  let left = total
  let repeated = 0
  const today = clinicDay()
  const client = async (n: number) => {
    let last = 0
    while (left-- > 0) {
      const key = `${n}-${left}`
      const id = crowd.consultationIds[left % CONSULTATIONS]
      for (;;) {
        const path = `/api/consultations/${id}/certificate`
        const answer = await crowd.ask(n, 'POST', path, { from: today, to: today }, key)
        if (answer.status === 201) {
          const { number } = (await answer.json()) as Certificate
          if (answered.has(number)) throw new Error(`${number} was given twice`)
          answered.set(number, key)
          if (Number(number.slice(3)) <= last) throw new Error(`${number} came after a higher one`)
          last = Number(number.slice(3))
          break
        }
        if (answer.status !== 503) throw new Error(`${answer.status}: ${await answer.text()}`)
        repeated++
      }
    }
  }
  await Promise.all(Array.from({ length: clients }, (_, n) => client(n)))
  const stored = await crowd.deps.db('medical_certificates').orderBy('id').select('no', 'number')
  const numbers = stored.map(({ no }) => Number(no))
  const wanted = Array.from({ length: total }, (_, at) => at + 1)
  if (JSON.stringify(numbers) !== JSON.stringify(wanted))
    throw new Error('the numbers have gaps or are out of order')
  if (stored.some(({ number }) => !answered.has(number)))
    throw new Error('a number was stored but never answered')
  return repeated
}
