import { generate } from 'otplib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findOperation } from '../../shared/operations/repository.ts'
import { type TestDeps, testDeps, testEnv } from '../../shared/testing/harness.ts'
import { csvOf, person } from '../../shared/testing/people.ts'
import { startProcess, type TestProcess } from '../../shared/testing/processes.ts'
import { hashPassword } from '../../shared/users/password.ts'
import { TEST_PASSWORD } from '../http/testing.ts'

const HOURS_MS = 2 * 3_600_000
const ROWS = 400

/** Node with a wall clock that is wrong; clocks that only measure are right, as on a real machine. */
const wrongBy = (ms: number) => {
  const code = `const D=Date,n=D.now;globalThis.Date=class extends D{constructor(...a){a.length?super(...a):super(n()+(${ms}))}static now(){return n()+(${ms})}}`
  return ['--import', `data:text/javascript,${encodeURIComponent(code)}`]
}

let deps: TestDeps
let right: TestProcess
let ahead: TestProcess
let behind: TestProcess
let worker: TestProcess
beforeAll(async () => {
  deps = await testDeps()
  const env = testEnv({ IMPORT_CHUNK_ROWS: '100', CLINIC_FIRST: 'off' })
  ;[right, ahead, behind, worker] = await Promise.all([
    startProcess('api', env),
    startProcess('api', env, wrongBy(HOURS_MS)),
    startProcess('api', env, wrongBy(-HOURS_MS)),
    startProcess('worker', env, wrongBy(-HOURS_MS)),
  ])
  await Promise.all([right, ahead, behind, worker].map((each) => each.ready()))
  const password_hash = await hashPassword(TEST_PASSWORD)
  await deps.db('users').insert({ username: 'admin', name: 'Admin', role: 'admin', password_hash })
}, 240_000)
afterAll(async () => {
  await Promise.all([right, ahead, behind, worker].map((each) => each?.stop()))
  await deps.close()
})

const call = (at: TestProcess, method: string, path: string, cookie = '', body?: unknown, headers = {}) =>
  fetch(`${at.url}${path}`, {
    method,
    headers: {
      Cookie: cookie,
      'X-Requested-With': 'clinic',
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
const signIn = async (at: TestProcess, code?: string): Promise<{ status: number; cookie: string }> => {
  const sent = { username: 'admin', password: TEST_PASSWORD, ...(code === undefined ? {} : { code }) }
  const answer = await call(at, 'POST', '/api/auth/login', '', sent)
  return { status: answer.status, cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0] as string }
}

describe('processes whose clocks differ by hours', () => {
  it('honour each other’s sessions, and end none before its time', async () => {
    for (const from of [right, ahead, behind]) {
      const { status, cookie } = await signIn(from)
      expect(status).toBe(200)
      for (const at of [right, ahead, behind])
        expect((await call(at, 'GET', '/api/auth/me', cookie)).status).toBe(200)
    }
  })

  it('carry out what was asked for once, whoever asked and whoever works', async () => {
    const ids: string[] = []
    for (const [n, at] of [right, ahead, behind].entries()) {
      const { cookie } = await signIn(at)
      const form = new FormData()
      form.set('kind', 'patients')
      const people = Array.from({ length: ROWS }, (_, i) => person(n * ROWS + i))
      form.set('file', new Blob([csvOf(people)]), 'p.csv')
      const sent = await fetch(`${at.url}/api/imports`, {
        method: 'POST',
        headers: { Cookie: cookie, 'X-Requested-With': 'clinic' },
        body: form,
      })
      expect(sent.status).toBe(202)
      ids.push(((await sent.json()) as { operation: { id: string } }).operation.id)
    }
    for (const id of ids) {
      await expect
        .poll(async () => (await findOperation(deps.db, id))?.status, { timeout: 120_000, interval: 200 })
        .toBe('completed')
      const row = await findOperation(deps.db, id)
      expect(row?.counts).toMatchObject({ read: ROWS, inserted: ROWS })
      expect(row?.attempts).toBe(1)
    }
    expect(Number((await deps.db('patients').count({ n: '*' }).first())?.n)).toBe(3 * ROWS)
  }, 180_000)

  it('measure how long things take by a clock that does not jump', async () => {
    for (const at of [ahead, behind]) {
      const health = (await (await call(at, 'GET', '/api/performance/health')).json()) as {
        response_time: string
      }
      const ms = Number.parseFloat(health.response_time)
      expect(ms).toBeGreaterThan(0)
      expect(ms).toBeLessThan(60_000)
    }
  })

  it('take codes of the second step by their own clock, so that a wrong one locks out and lets nobody in', async () => {
    const { cookie } = await signIn(right)
    const setUp = await call(right, 'POST', '/api/auth/2fa/setup', cookie, { password: TEST_PASSWORD })
    const { secret } = (await setUp.json()) as { secret: string }
    const enabled = await call(right, 'POST', '/api/auth/2fa/enable', cookie, {
      code: await generate({ secret }),
    })
    expect(enabled.status).toBe(200)
    const code = await generate({ secret, epoch: Math.floor(Date.now() / 1000) + 30 })
    expect((await signIn(ahead, code)).status).toBe(401)
    expect((await signIn(behind, code)).status).toBe(401)
    // the window of tries is counted by each clock; the right one has its five
    expect((await signIn(right, code)).status).toBe(200)
  })
})
