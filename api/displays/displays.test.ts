import request from 'supertest'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bumpGenerations } from '../../shared/cache/invalidate.ts'
import { ack, displayList, newDisplay } from '../../shared/displays/schema.ts'
import { relayOutbox } from '../../shared/events/outbox.ts'
import { screen } from '../../shared/queue/schema.ts'
import { cookieOf } from '../http/testing.ts'
import { fromNoon, type QueueApi, startQueueApi } from '../queue/testing.ts'

const MINUTE_MS = 60_000
let api: QueueApi
let aheadMs = 0
const stopRelay = new AbortController()
let relay: Promise<void>

beforeAll(async () => {
  api = await startQueueApi({
    rewire: (deps) => ({ ...deps, clock: fromNoon(() => aheadMs) }),
  })
  relay = relayOutbox(api.deps, stopRelay.signal)
})
afterAll(async () => {
  stopRelay.abort()
  await relay
  await api.close()
})
beforeEach(async () => {
  aheadMs = 0
  for (const table of [
    'call_acks',
    'ticket_moves',
    'tickets',
    'visits',
    'ticket_counters',
    'displays',
    'settings',
  ])
    await api.deps.database.admin(table).delete()
  await bumpGenerations(api.deps, ['settings', 'queue'])
})

const create = async (name = 'Hall') =>
  newDisplay.parse((await api.call('post', '/api/displays', api.as.admin).send({ name })).body)
const pair = (code: unknown) =>
  request(api.url).post('/api/displays/pair').set('X-Requested-With', 'clinic').send({ code })
const paired = async () => {
  const { display, pairingCode } = await create()
  const answer = await pair(pairingCode)
  expect(answer.status, answer.text).toBe(201)
  return { id: display.id, cookie: cookieOf(answer) }
}
const asScreen = (cookie: string) => (verb: 'get' | 'post', path: string) =>
  request(api.url)[verb](path).set('Cookie', cookie).set('X-Requested-With', 'clinic')
const callNext = async (room = '1') => (await api.call('post', '/api/queue/call-next').send({ room })).body
const list = async () => displayList.parse((await api.call('get', '/api/displays', api.as.admin)).body).data

/** Follows a stream until something is in it; answers what came. */
async function follow(path: string, cookie: string) {
  const end = new AbortController()
  const answer = await fetch(`${api.url}${path}`, { headers: { Cookie: cookie }, signal: end.signal })
  expect(answer.status).toBe(200)
  let text = ''
  let ended = false
  void (async () => {
    const decoder = new TextDecoder()
    try {
      for await (const part of answer.body ?? []) text += decoder.decode(part, { stream: true })
    } catch {
      // closed by the test
    }
    ended = true
  })()
  return {
    text: () => text,
    ended: () => ended,
    until: (what: string, withinMs = 6000) =>
      expect.poll(() => text, { timeout: withinMs, interval: 10 }).toContain(what),
    close: () => end.abort(),
  }
}

describe('pairing', () => {
  it('takes a code once, however it is typed, and keeps neither code nor token', async () => {
    const { display, pairingCode } = await create('Hall')
    expect(pairingCode).toMatch(/^[2-9A-HJ-NP-Z]{5}-[2-9A-HJ-NP-Z]{5}$/)
    expect(display).toMatchObject({ name: 'Hall', state: 'pairing', online: false })
    const answer = await pair(` ${pairingCode.toLowerCase().replace('-', ' ')}`)
    expect([answer.status, answer.body]).toEqual([201, { name: 'Hall' }])
    const [header] = answer.headers['set-cookie'] as unknown as string[]
    expect(header).toMatch(/^clinic-display=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+$/)
    const again = await pair(pairingCode)
    expect([again.status, again.body.code]).toEqual([401, 'auth/pairing-failed'])
    expect((await list())[0]).toMatchObject({ state: 'paired', id: display.id })
    const stored = JSON.stringify(await api.deps.db('displays'))
    expect(stored).not.toContain(pairingCode)
    expect(stored).not.toContain(cookieOf(answer).split('=')[1])
    const audit = await api.deps
      .db('audit_entries')
      .where({ entity: 'display', entity_id: display.id })
      .pluck('action')
    expect(audit).toEqual(['displays.create', 'displays.pair'])
  })

  it('gives one of many who try at once the screen', async () => {
    const { pairingCode } = await create()
    const answers = await Promise.all(Array.from({ length: 10 }, () => pair(pairingCode)))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array(9).fill(401)])
  })

  it('refuses after ten minutes, and whatever is no code', async () => {
    const { pairingCode } = await create()
    aheadMs = 10 * MINUTE_MS + 1000
    expect((await pair(pairingCode)).status).toBe(401)
    expect((await list())[0]?.state).toBe('expired')
    for (const code of ['', 'ABCDE-FGHJK', "' or 1=1 --"]) expect((await pair(code)).status).toBe(401)
    for (const code of [1, null, {}, 'x'.repeat(25)]) expect((await pair(code)).status).toBe(400)
    const forged = await request(api.url).post('/api/displays/pair').send({ code: 'x' })
    expect([forged.status, forged.body.code]).toEqual([403, 'request/forged'])
  })

  it('is under the limits of sign-in', async () => {
    const limited = await startQueueApi({
      deps: api.deps,
      config: { RATE_LIMIT_AUTH_PER_MINUTE: 20 },
    })
    const answers = []
    for (let n = 0; n < 22; n++)
      answers.push(
        await request(limited.url)
          .post('/api/displays/pair')
          .set('X-Requested-With', 'clinic')
          .send({ code: 'x' }),
      )
    expect(answers.map(({ status }) => status)).toEqual([...Array(20).fill(401), 429, 429])
    await limited.close()
  })
})

describe('a paired screen', () => {
  it('sees numbers, rooms and masked names, and nothing of a call is late', async () => {
    const { cookie } = await paired()
    const read = async () => screen.strict().parse((await asScreen(cookie)('get', '/api/display/board')).body)
    await api.ticket({ reason: 'CANARY' }, { name: 'Nurul Canary binti Ali' })
    for (let n = 0; n < 3; n++) await api.ticket()
    expect(await read()).toMatchObject({ calls: [], waiting: ['A001', 'A002', 'A003', 'A004'] })
    for (const room of ['1', '2', '3']) {
      const called = await callNext(room)
      const [latest] = (await read()).calls
      expect(latest).toMatchObject({ number: called.number, room, state: 'called', callId: called.callId })
    }
    const answer = await asScreen(cookie)('get', '/api/display/board')
    expect(answer.text).not.toMatch(/canary|nurul|patient|P-0/i)
    expect(answer.body.calls.map(({ name }: { name: string }) => name)).toEqual([
      'S*** C***',
      'S*** C***',
      'N*** C***',
    ])
    expect(answer.headers['x-cache']).toBe('HIT')
    const same = await asScreen(cookie)('get', '/api/display/board').set(
      'If-None-Match',
      String(answer.headers.etag),
    )
    expect(same.status).toBe(304)
    await api.call('patch', '/api/settings/display.names', api.as.admin).send({ value: 'none', version: 0 })
    expect((await read()).calls.map(({ name }) => name)).toEqual([null, null, null])
  })

  it('hears of changes without names, and the desk hears what it did', async () => {
    const { id, cookie } = await paired()
    const live = await follow('/api/sse/display', cookie)
    const desk = await follow('/api/sse/queue-updates', api.as.assistant)
    await live.until('retry:')
    await desk.until('retry:')
    await api.ticket({ reason: 'CANARY' }, { name: 'Nurul Canary binti Ali' })
    const called = await callNext('7')
    await live.until('queue.called')
    await expect.poll(async () => (await list())[0]).toMatchObject({ online: true })
    expect(live.text()).not.toMatch(/canary|nurul|clinicNumber|patient/i)
    expect(live.text()).toContain('"room":"7"')

    const first = await asScreen(cookie)('post', '/api/display/acks').send({
      callId: called.callId,
      shown: true,
    })
    expect(ack.parse(first.body)).toMatchObject({ callId: called.callId, spokenAt: null })
    await desk.until('display.acknowledged')
    const second = await asScreen(cookie)('post', '/api/display/acks').send({
      callId: called.callId,
      spoken: true,
    })
    expect(second.body).toMatchObject({ shownAt: first.body.shownAt })
    const repeated = await asScreen(cookie)('post', '/api/display/acks').send({
      callId: called.callId,
      shown: true,
      spoken: true,
    })
    expect(repeated.body).toEqual(second.body)
    await desk.until(`"spokenAt":"${second.body.spokenAt}"`)
    expect(desk.text().match(/event: display\.acknowledged/g)).toHaveLength(2)
    expect(desk.text()).toContain(`"displayId":"${id}"`)
    expect(live.text()).not.toContain('display.acknowledged')
    live.close()
    desk.close()
  })

  it('may do nothing else, and nobody else may do this', async () => {
    const { cookie } = await paired()
    for (const path of [
      '/api/queue',
      '/api/patients/1',
      '/api/displays',
      '/api/sse/queue-updates',
      '/api/sse/events?topics=display',
    ])
      expect((await asScreen(cookie)('get', path)).status).toBe(401)
    for (const nobody of [api.as.admin, '', `clinic-display=${'x'.repeat(43)}`, 'clinic-display=short']) {
      expect((await asScreen(nobody)('get', '/api/display/board')).status).toBe(401)
      expect((await asScreen(nobody)('get', '/api/sse/display')).status).toBe(401)
      expect(
        (await asScreen(nobody)('post', '/api/display/acks').send({ callId: '1', shown: true })).status,
      ).toBe(401)
    }
    const staff = await api.call('get', '/api/sse/events?topics=display', api.as.admin)
    expect(staff.status).toBe(403)
  })

  it('acknowledges calls of today only', async () => {
    const { cookie } = await paired()
    await api.ticket()
    const called = await callNext()
    const held = await api
      .call('post', `/api/queue/${called.id}/moves`)
      .send({ to: 'on_hold', version: called.version })
    const holdId = (await api.deps.db('ticket_moves').where({ kind: 'hold' }).first('id')).id
    expect(held.status).toBe(201)
    const send = (body: unknown) => asScreen(cookie)('post', '/api/display/acks').send(body as object)
    for (const callId of [String(holdId), '999999'])
      expect((await send({ callId, shown: true })).status).toBe(404)
    aheadMs = 24 * 60 * MINUTE_MS
    expect((await send({ callId: called.callId, shown: true })).status).toBe(404)
    for (const body of [
      {},
      { callId: '1' },
      { callId: '0', shown: true },
      { callId: '1', shown: false },
      { callId: '1', shown: true, displayId: '2' },
    ])
      expect((await send(body)).status).toBe(400)
    expect(await api.deps.db('call_acks')).toEqual([])
  })

  it('ends when it is revoked, and its stream', async () => {
    const { id, cookie } = await paired()
    const other = await paired()
    const live = await follow('/api/sse/display', cookie)
    await live.until('retry:')
    expect((await asScreen(cookie)('get', '/api/display/board')).status).toBe(200)
    const revoke = () => api.call('delete', `/api/displays/${id}`, api.as.admin)
    expect((await revoke()).status).toBe(204)
    expect((await asScreen(cookie)('get', '/api/display/board')).status).toBe(401)
    await expect.poll(live.ended).toBe(true)
    expect((await revoke()).status).toBe(404)
    expect((await asScreen(other.cookie)('get', '/api/display/board')).status).toBe(200)
    expect((await list()).find((each) => each.id === id)?.state).toBe('revoked')
  })
})

describe('keeping screens', () => {
  it('is for administrators', async () => {
    for (const cookie of [api.as.assistant, api.as.doctor, api.as.cashier]) {
      expect((await api.call('get', '/api/displays', cookie)).status).toBe(403)
      expect((await api.call('post', '/api/displays', cookie).send({ name: 'x' })).status).toBe(403)
      expect((await api.call('delete', '/api/displays/1', cookie)).status).toBe(403)
    }
    for (const body of [{}, { name: ' ' }, { name: 'x'.repeat(61) }, { name: 'x', token: 'y' }])
      expect((await api.call('post', '/api/displays', api.as.admin).send(body)).status).toBe(400)
    for (const id of ['0', 'abc', '999999'])
      expect((await api.call('delete', `/api/displays/${id}`, api.as.admin)).status).toBe(404)
  })
})
