import { setTimeout as sleep } from 'node:timers/promises'
import type { Certificate } from '../../shared/certificates/schema.ts'
import { openPool } from '../../shared/testing/database.ts'
import { type TestDeps, testDeps, testEnv } from '../../shared/testing/harness.ts'
import { startProcess } from '../../shared/testing/processes.ts'
import { toSqlUtc } from '../../shared/units/clock.ts'
import { clinicDay } from '../../shared/units/dates.ts'
import { createSession } from '../../shared/users/sessions.ts'
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

/** Two API processes, a doctor with consultations, and a way to ask as that doctor. */
export interface Crowd {
  deps: TestDeps
  consultationIds: string[]
  post(n: number, path: string, body: unknown, key: string): Promise<Response>
  /** Ends connections of the application at random until told to stop; answers how many. */
  killConnections(signal: AbortSignal): Promise<number>
  close(): Promise<void>
}

const KILL_EVERY_MS = 100
const CONSULTATIONS = 20

/** Starts {@link Crowd} on this test worker's servers; call `close` in afterAll. */
export async function startCrowd(): Promise<Crowd> {
  const deps = await testDeps()
  const apis = await Promise.all([startProcess('api', testEnv()), startProcess('api', testEnv())])
  await Promise.all(apis.map((api) => api.ready()))
  const user = { username: 'doctor', name: 'Dr. Lim', role: 'doctor', password_hash: 'none' } as const
  const [userId] = await deps.db('users').insert(user)
  const who = { userId: String(userId), ...user, grants: [], mustChangePassword: false }
  const { secret } = await createSession(deps, who, { address: '127.0.0.1', userAgent: 'test' })
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
  return {
    deps,
    consultationIds,
    post: (n, path, body, key) =>
      fetch(`${apis[n % apis.length]?.url}${path}`, {
        method: 'POST',
        headers: {
          Cookie: `clinic=${secret}`,
          'X-Requested-With': 'clinic',
          'Content-Type': 'application/json',
          'Idempotency-Key': key,
        },
        body: JSON.stringify(body),
      }),
    killConnections: async (signal) => {
      const killer = openPool(deps.database.url, 1)
      let killed = 0
      for (; !signal.aborted; await sleep(KILL_EVERY_MS)) {
        const [rows] = await killer.raw(
          'select id from information_schema.processlist where db = ? and id <> connection_id()',
          [deps.database.name],
        )
        const victim = rows[Math.floor(Math.random() * rows.length)]
        if (victim === undefined) continue
        await killer.raw(`kill ${Number(victim.id)}`).catch(() => undefined)
        killed++
      }
      await killer.destroy()
      return killed
    },
    close: async () => {
      await Promise.all(apis.map((api) => api.stop()))
      await deps.close()
    },
  }
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
        const answer = await crowd.post(n, path, { from: today, to: today }, key)
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
