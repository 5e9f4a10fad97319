import type request from 'supertest'
import { type Consultation, consultation } from '../../shared/consultations/schema.ts'
import type { Ticket } from '../../shared/queue/schema.ts'
import type { startTestApi } from '../http/testing.ts'
import { type QueueApi, startQueueApi, type Verb } from '../queue/testing.ts'

/** An API with two doctors of the clinic, for the tests of consultations. */
export interface ConsultationApi extends QueueApi {
  lim: { cookie: string; doctorId: string }
  tan: { cookie: string; doctorId: string }
  others: Record<'pharmacist' | 'super_admin', string>
  /** A call as Dr. Lim unless somebody else is named. */
  as1(verb: Verb, path: string, cookie?: string): request.Test
  /** Opens the visit of a ticket (a new one by default), as Dr. Lim by default. */
  open(ticket?: Pick<Ticket, 'id'>, cookie?: string): Promise<Consultation>
  save(of: Pick<Consultation, 'id' | 'version'>, fields: Record<string, unknown>): Promise<Consultation>
  ticketNow(id: string | null): Promise<Ticket>
}

/** Starts {@link ConsultationApi}; call `close` in afterAll. */
export async function startConsultationApi(
  options: Parameters<typeof startTestApi>[0] = {},
): Promise<ConsultationApi> {
  const api = await startQueueApi(options)
  const doctor = async (username: string, code: string, name: string) => {
    const cookie = await api.signIn('doctor', username)
    const userId = await api.user('doctor', username)
    const made = await api.call('post', '/api/doctors', api.as.admin).send({ code, name, userId })
    if (made.status !== 201) throw new Error(`the doctor was answered ${made.status}: ${made.text}`)
    return { cookie, doctorId: made.body.id as string }
  }
  const lim = await doctor('lim', 'LIM', 'Dr. Lim Wei')
  const tan = await doctor('tan', 'TAN', 'Dr. Tan Siew')
  const as1: ConsultationApi['as1'] = (verb, path, cookie = lim.cookie) => api.call(verb, path, cookie)
  const checked = (answer: request.Response): Consultation => {
    if (answer.status > 201) throw new Error(`answered ${answer.status}: ${answer.text}`)
    return consultation.strict().parse(answer.body)
  }
  return {
    ...api,
    lim,
    tan,
    others: {
      pharmacist: await api.signIn('pharmacist'),
      super_admin: await api.signIn('super_admin'),
    },
    as1,
    open: async (ticket, cookie) => {
      const { id: ticketId } = ticket ?? (await api.ticket())
      return checked(await as1('post', '/api/consultations', cookie).send({ ticketId }))
    },
    save: async ({ id, version }, fields) =>
      checked(await as1('patch', `/api/consultations/${id}`).send({ version, ...fields })),
    ticketNow: async (id) => {
      const all = await api.board()
      const found = all.find((each) => each.id === id)
      if (found === undefined) throw new Error('no such ticket today')
      return found
    },
  }
}
