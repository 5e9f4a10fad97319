import request from 'supertest'
import { AppError } from '../../shared/errors/app-error.ts'
import type { Ticket } from '../../shared/queue/schema.ts'
import type { Clock } from '../../shared/units/clock.ts'
import { clinicDay } from '../../shared/units/dates.ts'
import { startTestApi, type TestApi } from '../http/testing.ts'

export type Verb = 'get' | 'post' | 'put' | 'patch' | 'delete'

/** An API with people to call it as, for the tests of the queue. */
export interface QueueApi extends TestApi {
  as: Record<'admin' | 'doctor' | 'assistant' | 'cashier', string>
  call(verb: Verb, path: string, cookie?: string, url?: string): request.Test
  /** A registered patient in the queue. */
  ticket(
    more?: Record<string, unknown>,
    patient?: Record<string, unknown>,
  ): Promise<Ticket & { slipToken: string }>
  board(query?: string): Promise<Ticket[]>
}

/** A clock that starts at noon of the clinic's day, so that no test meets midnight, and can be put ahead. */
export function fromNoon(aheadMs: () => number): Clock {
  const shiftMs = Date.parse(`${clinicDay()}T12:00:00+08:00`) - Date.now()
  return { now: () => new Date(Date.now() + shiftMs + aheadMs()) }
}

/** The code with which work was refused, or null where it was done; anything else is thrown on. */
export async function refusal(work: Promise<unknown>): Promise<string | null> {
  try {
    await work
    return null
  } catch (error) {
    if (error instanceof AppError) return error.code
    throw error
  }
}

let serial = 0

/** A made-up patient, unlike every other of this file. */
export const someone = (more: Record<string, unknown> = {}) => {
  serial++
  return {
    name: `Siti Canary${serial} binti Omar`,
    idType: 'PASSPORT',
    idNumber: `Q${8000000 + serial}`,
    ...more,
  }
}

/** Starts {@link QueueApi}; call `close` in afterAll. */
export async function startQueueApi(options: Parameters<typeof startTestApi>[0] = {}): Promise<QueueApi> {
  const api = await startTestApi(options)
  const as = {
    admin: await api.signIn('admin'),
    doctor: await api.signIn('doctor'),
    assistant: await api.signIn('assistant'),
    cashier: await api.signIn('cashier'),
  }
  const call: QueueApi['call'] = (verb, path, cookie = as.assistant, url = api.url) =>
    request(url)[verb](path).set('Cookie', cookie).set('X-Requested-With', 'clinic')
  return {
    ...api,
    as,
    call,
    ticket: async (more = {}, patient = {}) => {
      const answer = await call('post', '/api/registrations').send({
        patient: someone(patient),
        ticket: more,
      })
      if (answer.status !== 201) throw new Error(`registration answered ${answer.status}: ${answer.text}`)
      return answer.body.ticket
    },
    board: async (query = '') => (await call('get', `/api/queue${query}`)).body.data,
  }
}
