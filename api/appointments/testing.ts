import { randomInt } from 'node:crypto'
import { startTwoApis, type TwoApis } from '../../shared/testing/two-apis.ts'
import { toSqlUtc } from '../../shared/units/clock.ts'
import { clinicDay } from '../../shared/units/dates.ts'

/** Two API processes with doctors who work all day, and a way to ask at the front desk. */
export interface Rush extends TwoApis {
  doctorIds: string[]
}

const ALL_DAY = [{ from: '00:00', to: '23:00' }]

/** Starts {@link Rush} on this test worker's servers; call `close` in afterAll. */
export async function startRush(doctors: number): Promise<Rush> {
  const apis = await startTwoApis('assistant')
  const { deps } = apis
  const at = toSqlUtc(new Date())
  const hours = Object.fromEntries(
    ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, ALL_DAY]),
  )
  const doctorIds: string[] = []
  for (let n = 0; n < doctors; n++) {
    const row = {
      code: `D${n}`,
      name: `Dr. ${n}`,
      working_hours: JSON.stringify(hours),
      created_at: at,
      updated_at: at,
    }
    const [id] = await deps.db('doctors').insert(row)
    doctorIds.push(String(id))
  }
  await deps.db('patients').insert({ id: 1, name: 'Siti', created_at: at, updated_at: at })
  return { ...apis, doctorIds }
}

const DAY_AHEAD = 3
const MS_PER_DAY = 86_400_000
const SLOT_MS = 300_000
const SLOTS_A_DOCTOR = 100

/**
 * Lets many clients book at random on so many slots of five minutes, some of two slots, until each client has asked
 * often enough; answers how many were booked. Throws when a slot is taken twice or an answer is none of 201, 409, 503.
 */
export async function bookMany(rush: Rush, asked: number, clients: number): Promise<number> {
  const day = clinicDay(Date.now() + DAY_AHEAD * MS_PER_DAY)
  const first = Date.parse(`${day}T08:00:00+08:00`)
  let left = asked
  const booked: string[] = []
  const client = async (n: number) => {
    while (left-- > 0) {
      const doctorId = rush.doctorIds[randomInt(rush.doctorIds.length)]
      const start = new Date(first + randomInt(SLOTS_A_DOCTOR) * SLOT_MS).toISOString()
      const minutes = randomInt(4) === 0 ? 10 : 5
      const answer = await rush.ask(n, 'POST', '/api/appointments', {
        patientId: '1',
        doctorId,
        start,
        minutes,
      })
      const text = await answer.text()
      if (answer.status === 201) booked.push(JSON.parse(text).id)
      else if (answer.status === 503) left++
      else if (answer.status !== 409) throw new Error(`${answer.status}: ${text}`)
    }
  }
  await Promise.all(Array.from({ length: clients }, (_, n) => client(n)))
  const rows = await rush.deps.db('appointments').select('id', 'doctor_id', 'start_at', 'minutes')
  const taken = new Set<string>()
  for (const row of rows)
    for (let part = 0; part < row.minutes; part += 5) {
      const slot = `${row.doctor_id} ${Date.parse(`${row.start_at}Z`) + part * 60_000}`
      if (taken.has(slot)) throw new Error(`a time was given twice: ${slot}`)
      taken.add(slot)
    }
  if (rows.length !== booked.length || new Set(booked).size !== booked.length)
    throw new Error(`${rows.length} are stored, ${booked.length} were answered`)
  const slots = await rush.deps.db('appointment_slots').count({ n: '*' }).first()
  if (Number(slots?.n) !== taken.size) throw new Error('slots and appointments do not agree')
  return booked.length
}
