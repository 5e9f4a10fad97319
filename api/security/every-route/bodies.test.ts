import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Route } from '../../http/route.ts'
import { bodyOf, type Hints, jsonOf, STRANGER, shapeOf, strangeOf } from '../shapes/testing.ts'
import { type FilledApi, startFilledApi } from './testing.ts'

/** The same bodies in every run: what is found later belongs in a test of its own. */
const SEED = Number(process.env.BODIES_SEED ?? 20_261_128)
const RUNS = Number(process.env.BODIES_RUNS ?? 12)
/** They hash, end the session or are under limits of their own; their own tests send them strange bodies. */
const ELSEWHERE = /^\/api\/(auth|displays\/pair|display\/acks)/
let api: FilledApi
let routes: Route[]
let hints: Hints
beforeAll(async () => {
  api = await startFilledApi()
  routes = api.app.routes.filter(({ body }) => body !== undefined)
  const { ids, today } = api
  hints = {
    patientId: [ids.patients],
    doctorId: [ids.doctors],
    medicationId: [ids.medications],
    visitId: [ids.bills],
    ticketId: [ids.queue],
    batchId: [ids.batchId],
    panelId: [ids.panels, null],
    version: [0, 1, 2, 3, 4, 5, 6],
    balance: ['0.00', '3.00', '5.00'],
    from: [today],
    to: [today],
    expiresOn: ['2099-01-01'],
    idNumber: ['900101-14-5678', 'A1234567', null],
    idType: ['NRIC', 'PASSPORT'],
  }
})
afterAll(() => api.close())

function send(route: Route, body: string): request.Test {
  const verb = route.method.toLowerCase() as 'post' | 'put' | 'patch'
  return request(api.url)
    [verb](api.pathOf(route))
    .set('Cookie', api.cookieOf(route))
    .set('X-Requested-With', 'clinic')
    .set('Idempotency-Key', randomUUID())
    .set('Content-Type', 'application/json')
    .send(body)
}

describe('any body of any route', () => {
  it('that its schema refuses is answered 400 or 422, never repeated, and changes nothing', async () => {
    const before = await api.sums()
    let refused = 0
    for (const route of routes) {
      const shape = shapeOf(route.body as never, 'input')
      for (const body of fc.sample(strangeOf(shape, hints), { seed: SEED, numRuns: RUNS })) {
        const sent = jsonOf(body)
        if (route.body?.safeParse(JSON.parse(sent)).success !== false) continue
        refused += 1
        const answer = await send(route, sent)
        const told = `${route.method} ${route.path} ${sent.slice(0, 300)}: ${answer.status} ${answer.text}`
        expect([400, 422], told).toContain(answer.status)
        expect(answer.text, told).not.toContain(STRANGER)
      }
    }
    expect(refused).toBeGreaterThan(routes.length * 3)
    expect(await api.sums()).toEqual(before)
  }, 300_000)

  it('with a field that is not its own is refused by every route, wherever it stands', async () => {
    const before = await api.sums()
    for (const route of routes) {
      const [body] = fc.sample(bodyOf(shapeOf(route.body as never, 'input'), hints), {
        seed: SEED,
        numRuns: 1,
      })
      for (const field of ['role', 'id', 'clinicId', 'createdAt', 'balance', '__proto__', 'constructor']) {
        const names = Object.keys(body as object)
        if (names.includes(field) || shapeOf(route.body as never, 'input').properties?.[field]) continue
        const answer = await send(
          route,
          `{${jsonOf(field)}:{"a":1},${jsonOf(body).slice(1)}`.replace(/,}$/, '}'),
        )
        // a screen is asked for its cookie first
        expect([400, 401, 422], `${route.path} ${field}: ${answer.status}`).toContain(answer.status)
      }
    }
    expect(await api.sums()).toEqual(before)
  }, 120_000)

  it('found once to be our fault is refused for good', async () => {
    for (const percent of ['07.04', '00.00']) {
      const panel = { code: 'X1', name: 'x', kind: 'company', percent }
      expect((await api.call('post', '/api/panels', api.chief).send(panel)).status, percent).toBe(400)
      const discount = { version: 0, percent, reason: 'x' }
      const path = `/api/bills/${api.ids.bills}/discount`
      expect((await api.call('put', path, api.chief).send(discount)).status, percent).toBe(400)
    }
  })

  it('that its schema takes is never a fault of ours, and what is done is on record', async () => {
    const done = new Map<string, string[]>()
    let before = await api.sums()
    for (const route of routes) {
      if (ELSEWHERE.test(route.path)) continue
      const shape = shapeOf(route.body as never, 'input')
      const name = `${route.method} ${route.path}`
      const taken = fc.oneof(bodyOf(shape, hints), strangeOf(shape, hints))
      for (const body of fc.sample(taken, { seed: SEED, numRuns: RUNS })) {
        const sent = jsonOf(body)
        if (route.body?.safeParse(JSON.parse(sent)).success !== true) continue
        const answer = await send(route, sent)
        expect(answer.status, `${name} ${sent.slice(0, 500)}: ${answer.text}`).toBeLessThan(500)
        if (answer.status >= 300) continue
        const after = await api.sums()
        if (jsonOf(after) !== jsonOf(before))
          done.set(name, [...(done.get(name) ?? []), answer.headers['x-request-id'] as string])
        before = after
      }
    }
    // a test that never gets through proves nothing
    expect(done.size).toBeGreaterThan(20)
    const noted = await api.deps.db('audit_entries').whereNotNull('request_id').pluck('request_id')
    const seen = new Set(noted)
    const unseen = [...done].filter(([, asked]) => asked.some((id) => !seen.has(id)))
    expect(unseen.map(([name]) => name)).toEqual([])
  }, 300_000)
})
