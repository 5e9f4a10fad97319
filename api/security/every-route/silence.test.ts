import { Writable } from 'node:stream'
import fc from 'fast-check'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLog } from '../../../shared/log/log.ts'
import { type TestDeps, testDeps } from '../../../shared/testing/harness.ts'
import type { Route } from '../../http/route.ts'
import { bodyOf, jsonOf, shapeOf } from '../shapes/testing.ts'
import { type FilledApi, startFilledApi } from './testing.ts'

/** Planted in names, numbers, addresses, notes and diagnoses; by no means may one of them leave the record. */
const CANARIES = ['Canary', 'CANARY', 'Kenari', '880808', '0198887766']
/** They end the session of who calls. */
const ENDING = /^\/api\/auth\/(logout|password|2fa)|sessions/
const RUNS = 3

let deps: TestDeps
let api: FilledApi
let printed = ''
beforeAll(async () => {
  const to = new Writable({
    write: (chunk, _, done) => {
      printed += chunk
      done()
    },
  })
  deps = await testDeps({}, { log: createLog({ LOG_LEVEL: 'trace' }, 'test', to) })
  api = await startFilledApi({ deps, rewire: (each) => each })
})
afterAll(async () => {
  await api.close()
  await deps.close()
})

const PATIENT = {
  name: 'Kenari binti Omar',
  idType: 'NRIC',
  idNumber: '880808-14-5678',
  phone: '019-8887766',
  address: '1 Jalan Kenari',
  allergies: 'Kenari',
  remarks: 'Kenari\r\n{"level":"fatal"}\u001b[31m',
}

async function send(route: Route, body: string | undefined): Promise<request.Response> {
  const verb = route.method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete'
  const sent = request(api.url)
    [verb](`${api.pathOf(route)}`)
    .set('Cookie', api.cookieOf(route))
    .set('X-Requested-With', 'clinic')
    .set('User-Agent', 'Kenari\t{"a":1}')
  return body === undefined ? sent : sent.set('Content-Type', 'application/json').send(body)
}

/** Every call once as it should be and some times strangely; answers the bodies of all errors. */
async function callAll(): Promise<string> {
  let faults = ''
  const routes = api.app.routes.filter(
    ({ method, path, mode }) => mode === undefined && method !== 'DELETE' && !ENDING.test(path),
  )
  for (const route of routes) {
    const shape = route.body === undefined ? undefined : shapeOf(route.body as never, 'input')
    const texts = { name: ['Kenari'], reason: ['Kenari'], note: ['Kenari'], details: ['Kenari'] }
    const bodies: (string | undefined)[] =
      shape === undefined
        ? [undefined]
        : fc
            .sample(bodyOf(shape, { ...texts, patientId: [api.ids.patients] }), { seed: 1, numRuns: RUNS })
            .map(jsonOf)
    for (const body of bodies) {
      const answer = await send(route, body)
      if (answer.status >= 400 && answer.body.current === undefined) faults += `${answer.text}\n`
    }
  }
  return faults
}

const found = (text: string) =>
  text.split('\n').filter((line) => CANARIES.some((each) => line.includes(each)))

describe('what a patient told', () => {
  it('stands in no log line, error, metric, address or key, whatever is called and whatever breaks', async () => {
    for (let n = 0; n < 3; n++) await api.call('post', '/api/patients').send(PATIENT)
    await api.call('get', `/api/patients/search?query=${encodeURIComponent('Kenari')}`)
    let faults = await callAll()
    // now everything breaks in the middle: the driver's errors carry the values of the statement
    const { admin } = api.deps.database
    await admin.raw('rename table audit_entries to audit_entries_away')
    try {
      faults += await callAll()
      await api.call('post', '/api/patients').send({ ...PATIENT, idNumber: '880808-14-5679' })
    } finally {
      await admin.raw('rename table audit_entries_away to audit_entries')
    }
    expect(printed).toContain('ER_NO_SUCH_TABLE')
    expect(faults).toContain('internal')
    expect(found(faults)).toEqual([])
    expect(found(printed)).toEqual([])
    for (const line of printed.trim().split('\n')) expect(() => JSON.parse(line), line).not.toThrow()
    expect(found(await api.services.ops.metrics.text())).toEqual([])
    for (const redis of [deps.redis, deps.cacheRedis])
      expect(found((await redis.keys('*')).join('\n'))).toEqual([])
    const jobs = await deps.redis.keys('bull:*')
    for (const key of jobs) {
      if ((await deps.redis.type(key)) !== 'hash') continue
      expect(found(JSON.stringify(await deps.redis.hgetall(key))), key).toEqual([])
    }
  }, 180_000)
})

describe('the audit', () => {
  it('is part of every change: where it cannot be written, nothing is', async () => {
    const { admin } = api.deps.database
    const before = await api.sums()
    let refused = 0
    await admin.raw('rename table audit_entries to audit_entries_away')
    try {
      const routes = api.app.routes.filter(
        ({ body, path }) =>
          body !== undefined && !ENDING.test(path) && !path.startsWith('/api/displays/pair'),
      )
      for (const route of routes) {
        const hints = { patientId: [api.ids.patients], doctorId: [api.ids.doctors], version: [1, 2, 3] }
        const bodies = fc.sample(bodyOf(shapeOf(route.body as never, 'input'), hints), {
          seed: 2,
          numRuns: 4,
        })
        for (const body of bodies) {
          const { status } = await send(route, jsonOf(body))
          if (status >= 500) refused += 1
        }
      }
    } finally {
      await admin.raw('rename table audit_entries_away to audit_entries')
    }
    // a test that never gets so far proves nothing
    expect(refused).toBeGreaterThan(20)
    // ids that were drawn are not put back
    const { counters: _, ...after } = await api.sums()
    const { counters: __, ...were } = before
    expect(after).toEqual(were)
  }, 120_000)
})
