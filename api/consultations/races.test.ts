import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Consultation } from '../../shared/consultations/schema.ts'
import { startTestApi, type TestApi } from '../http/testing.ts'
import { type ConsultationApi, startConsultationApi } from './testing.ts'

let api: ConsultationApi
let second: TestApi
beforeAll(async () => {
  api = await startConsultationApi()
  second = await startTestApi({ deps: api.deps })
})
afterAll(async () => {
  await second.close()
  await api.close()
})

const ROUNDS = 12
/** A call through the second server. */
const there = (verb: 'post' | 'patch', path: string, cookie: string) =>
  api.call(verb, path, cookie, second.url)
const count = async (table: string, where: object) =>
  Number((await api.deps.db(table).where(where).count({ n: '*' }))[0]?.n)

describe('two at once, on two servers', () => {
  it('open one visit: one has it, the other is told who, and the ticket moved once', async () => {
    const won = new Set<string>()
    for (let round = 0; round < ROUNDS; round++) {
      const ticket = await api.ticket()
      const body = { ticketId: ticket.id }
      const sent = [
        api.call('post', '/api/consultations', api.lim.cookie).send(body),
        there('post', '/api/consultations', api.tan.cookie).send(body),
      ]
      const answers = await Promise.all(round % 2 === 0 ? sent : sent.reverse())
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409])
      const winner = answers.find(({ status }) => status === 201)?.body as Consultation
      const loser = answers.find(({ status }) => status === 409)?.body
      expect(loser).toMatchObject({
        code: 'state/conflict',
        heldBy: winner.doctor,
        detail: `${winner.doctor.name} has this visit.`,
        current: { id: winner.id, status: 'draft', doctor: winner.doctor },
      })
      expect(await api.ticketNow(ticket.id)).toMatchObject({
        status: 'in_consultation',
        doctorId: winner.doctor.id,
      })
      expect(await count('consultations', { visit_id: ticket.visitId })).toBe(1)
      expect(await count('ticket_moves', { ticket_id: ticket.id })).toBe(1)
      expect(
        await count('audit_entries', { action: 'consultations.start', patient_id: ticket.patient.id }),
      ).toBe(1)
      won.add(winner.doctor.id)
    }
    expect(won.size).toBeGreaterThan(0)
  })

  it('one doctor opens a visit in two windows: both get the one draft', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { id: ticketId } = await api.ticket()
      const [one, two] = await Promise.all([
        api.call('post', '/api/consultations', api.lim.cookie).send({ ticketId }),
        there('post', '/api/consultations', api.lim.cookie).send({ ticketId }),
      ])
      expect([one.status, two.status].sort()).toEqual([200, 201])
      expect(one.body).toEqual(two.body)
    }
  })

  it('open a visit whose patient the desk has seated already: one of them, without another move', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const ticket = await api.ticket()
      await api
        .call('post', `/api/queue/${ticket.id}/moves`)
        .send({ to: 'in_consultation', version: ticket.version })
      const answers = await Promise.all([
        api.call('post', '/api/consultations', api.lim.cookie).send({ ticketId: ticket.id }),
        there('post', '/api/consultations', api.tan.cookie).send({ ticketId: ticket.id }),
      ])
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409])
      expect(answers.find(({ status }) => status === 409)?.body.heldBy).toEqual(
        answers.find(({ status }) => status === 201)?.body.doctor,
      )
      expect(await count('ticket_moves', { ticket_id: ticket.id })).toBe(1)
    }
  })

  it('two windows save one draft: one wins whole, the other gets what is there', async () => {
    let draft = await api.open()
    for (let round = 0; round < ROUNDS; round++) {
      const body = (text: string) => ({
        version: draft.version,
        plan: `${text} ${round}`,
        diagnoses: [{ text: `${text} ${round}` }],
      })
      const path = `/api/consultations/${draft.id}`
      const answers = await Promise.all([
        api.call('patch', path, api.lim.cookie).send(body('one')),
        there('patch', path, api.lim.cookie).send(body('two')),
      ])
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
      const saved = answers.find(({ status }) => status === 200)?.body as Consultation
      const late = answers.find(({ status }) => status === 409)?.body
      expect(late).toMatchObject({ code: 'state/version', current: saved })
      expect(saved.diagnoses).toEqual([{ code: null, title: null, text: saved.plan, primary: true }])
      draft = (await api.call('get', path, api.lim.cookie)).body
      expect(draft).toEqual(saved)
    }
  })

  it('signing and saving at once: what is signed is what was seen, or nothing is signed', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const draft = await api.save(await api.open(), { plan: 'seen' })
      const path = `/api/consultations/${draft.id}`
      const { version } = draft
      const [signing, saving] = await Promise.all([
        api.call('post', `${path}/sign`, api.lim.cookie).send({ version }),
        there('patch', path, api.lim.cookie).send({ version, plan: 'typed on' }),
      ])
      const now = (await api.call('get', path, api.lim.cookie)).body as Consultation
      const { status: ticketStatus } = await api.ticketNow(draft.ticketId)
      if (signing.status === 200) {
        expect([saving.status, now.status, now.plan, ticketStatus]).toEqual([
          409,
          'signed',
          'seen',
          'payment',
        ])
      } else {
        expect([signing.status, saving.status]).toEqual([409, 200])
        expect([now.status, now.plan, ticketStatus]).toEqual(['draft', 'typed on', 'in_consultation'])
      }
      expect(await count('consultation_versions', { consultation_id: draft.id })).toBe(
        signing.status === 200 ? 1 : 0,
      )
    }
  })

  it('the start is taken back while its doctor types: the draft with a word in it stays, or nothing is left', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const draft = await api.open()
      const [undoing, saving] = await Promise.all([
        there('post', `/api/queue/${draft.ticketId}/undo`, api.as.assistant).send({}),
        api
          .call('patch', `/api/consultations/${draft.id}`, api.lim.cookie)
          .send({ version: 1, plan: 'a word' }),
      ])
      const left = await count('consultations', { visit_id: draft.visitId })
      const { status } = await api.ticketNow(draft.ticketId)
      if (saving.status === 200) expect([undoing.status, left, status]).toEqual([409, 1, 'in_consultation'])
      else expect([undoing.status, saving.status, left, status]).toEqual([201, 404, 0, 'waiting'])
    }
  })

  it('the desk changes the ticket while it is signed: signed once, and the ticket where one of them put it', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const draft = await api.save(await api.open(), { plan: 'x' })
      const { id, version } = await api.ticketNow(draft.ticketId)
      const [signing] = await Promise.all([
        api
          .call('post', `/api/consultations/${draft.id}/sign`, api.lim.cookie)
          .send({ version: draft.version }),
        there('post', `/api/queue/${id}/moves`, api.as.assistant).send({ to: 'waiting', version }),
      ])
      expect(signing.status, signing.text).toBe(200)
      expect(['payment', 'waiting']).toContain((await api.ticketNow(id)).status)
      expect(await count('consultation_versions', { consultation_id: draft.id })).toBe(1)
    }
  })
})

describe('taking back a start', () => {
  it('takes the empty draft with it, and the visit can be opened anew', async () => {
    const draft = await api.open()
    const undone = await api.call('post', `/api/queue/${draft.ticketId}/undo`).send({})
    expect([undone.status, undone.body.status]).toEqual([201, 'waiting'])
    expect((await api.call('get', `/api/consultations/${draft.id}`, api.lim.cookie)).status).toBe(404)
    const late = await api
      .call('patch', `/api/consultations/${draft.id}`, api.lim.cookie)
      .send({ version: 1, plan: 'x' })
    expect(late.status).toBe(404)
    const again = await api.open({ id: draft.ticketId as string }, api.tan.cookie)
    expect(again.doctor.id).toBe(api.tan.doctorId)
  })

  it('is refused with the ticket once a word is written or something hangs on it', async () => {
    const draft = await api.save(await api.open(), { vitals: { pulse: 80 } })
    const refused = await api.call('post', `/api/queue/${draft.ticketId}/undo`).send({})
    expect([refused.status, refused.body.code, refused.body.current.status]).toEqual([
      409,
      'state/conflict',
      'in_consultation',
    ])
    expect((await api.call('get', `/api/consultations/${draft.id}`, api.lim.cookie)).status).toBe(200)
  })

  it('of a group goes only while nothing is written for any of them', async () => {
    const members = [{ patient: { name: 'Aminah binti Ali' } }, { patient: { name: 'Hafiz bin Ali' } }]
    const group = (await api.call('post', '/api/queue/groups').send({ members })).body
    const visits = await api.deps.db('visits').orderBy('id', 'desc').limit(2).pluck('id')
    await api.open(group)
    const other = await api
      .call('post', '/api/consultations', api.lim.cookie)
      .send({ visitId: visits.find((id) => id !== group.visitId) })
    expect([other.status, other.body.ticketId]).toEqual([201, group.id])
    const written = await api.save(other.body, { plan: 'x' })
    expect((await api.call('post', `/api/queue/${group.id}/undo`).send({})).status).toBe(409)
    // signing one leaves the ticket with the doctor, who has the other one still before him
    const path = `/api/consultations/${written.id}/sign`
    expect((await api.call('post', path, api.lim.cookie).send({ version: written.version })).status).toBe(200)
    expect((await api.ticketNow(group.id)).status).toBe('in_consultation')
  })
})
