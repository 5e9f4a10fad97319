import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generate } from 'otplib'
import request from 'supertest'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { flushRedis, testDataDir } from '../../shared/testing/harness.ts'
import { cookieOf, startTestApi, TEST_PASSWORD, type TestApi } from '../http/testing.ts'

const STEP_MS = 30_000
const MINUTE_MS = 60_000

let api: TestApi
let aheadMs = 0
beforeAll(async () => {
  api = await startTestApi({
    rewire: (deps) => ({ ...deps, clock: { now: () => new Date(Date.now() + aheadMs) } }),
  })
})
afterAll(() => api.close())
beforeEach(async () => {
  aheadMs = 0
  await api.deps.emptyTables()
  await flushRedis(api.deps.prefix)
})

const send = (method: 'post' | 'delete', path: string, cookie?: string) => {
  const sent = request(api.url)[method](path).set('X-Requested-With', 'clinic')
  return cookie === undefined ? sent : sent.set('Cookie', cookie)
}
const login = (username: string, code?: string, password = TEST_PASSWORD) =>
  send('post', '/api/auth/login').send({ username, password, ...(code === undefined ? {} : { code }) })
const me = (cookie: string) => request(api.url).get('/api/auth/me').set('Cookie', cookie)
const codeAt = (secret: string, awayMs = 0) =>
  generate({ secret, epoch: Math.floor((Date.now() + aheadMs + awayMs) / 1000) })

/** A doctor whose second step is on; the clock has gone on a step, so that a fresh code is at hand. */
async function withTwoFactor(username = 'doctor') {
  const before = await api.signIn('doctor', username)
  const made = await send('post', '/api/auth/2fa/setup', before).send({ password: TEST_PASSWORD })
  const { secret } = made.body as { secret: string }
  const on = await send('post', '/api/auth/2fa/enable', before).send({ code: await codeAt(secret) })
  expect(on.status).toBe(200)
  aheadMs += 2 * STEP_MS
  return { before, secret, cookie: cookieOf(on), codes: on.body.recoveryCodes as string[], made: made.body }
}

describe('the second step', () => {
  it('is set up by password, shown as address and picture, and on only after a code', async () => {
    const cookie = await api.signIn('doctor')
    expect((await send('post', '/api/auth/2fa/setup', cookie).send({})).status).toBe(400)
    expect((await send('post', '/api/auth/2fa/setup', cookie).send({ password: 'wrong' })).status).toBe(401)
    const made = await send('post', '/api/auth/2fa/setup', cookie).send({ password: TEST_PASSWORD })
    expect(made.body.uri).toContain(`secret=${made.body.secret}`)
    expect(made.body.uri).toMatch(/^otpauth:\/\/totp\/Clinic:doctor\?/)
    expect(made.body.secret).toMatch(/^[A-Z2-7]{32}$/)
    expect(made.body.qr).toMatch(/^data:image\/png;base64,/)
    expect((await login('doctor')).status).toBe(200)
    const wrong = await send('post', '/api/auth/2fa/enable', cookie).send({ code: '000000' })
    expect([wrong.status, wrong.body.code]).toEqual([401, 'auth/totp-failed'])
  })

  it('ends the sessions that a password alone had opened, and gives a new one', async () => {
    const { before, cookie, codes } = await withTwoFactor()
    expect((await me(before)).status).toBe(401)
    const now = await me(cookie)
    expect(now.body.user.twoFactor).toBe(true)
    expect(new Set(codes).size).toBe(10)
    for (const code of codes) expect(code).toMatch(/^([a-z2-9]{4}-){3}[a-z2-9]{4}$/)
    // on already: a second seed would lock the person out
    expect((await send('post', '/api/auth/2fa/setup', cookie).send({ password: TEST_PASSWORD })).status).toBe(
      409,
    )
  })

  it('opens nothing without a code: no cookie, no session, nothing half', async () => {
    await withTwoFactor()
    const keysBefore = await api.deps.redis.keys(`${api.deps.prefix}:session:*`)
    const answer = await login('doctor')
    expect([answer.status, answer.body.code]).toEqual([401, 'auth/totp-required'])
    expect(answer.headers['set-cookie']).toBeUndefined()
    const asked = await api.deps
      .db('audit_entries')
      .where({ action: 'auth.code-asked' })
      .select('username', 'outcome')
    expect(asked).toEqual([{ username: 'doctor', outcome: 'denied' }])
    expect(await api.deps.redis.keys(`${api.deps.prefix}:session:*`)).toHaveLength(keysBefore.length)
    // the code alone tells nothing without the password
    const wrong = await login('doctor', '123456', 'not the password')
    expect(wrong.body.code).toBe('auth/failed')
  })

  it('takes a code of this step or the one beside it, each once', async () => {
    const { secret } = await withTwoFactor()
    const late = await codeAt(secret, -120_000)
    expect((await login('doctor', late)).status).toBe(401)
    const code = await codeAt(secret)
    expect((await login('doctor', ` ${code.slice(0, 3)} ${code.slice(3)} `)).status).toBe(200)
    expect((await login('doctor', code)).body.code).toBe('auth/totp-failed')
    expect((await login('doctor', await codeAt(secret, STEP_MS))).status).toBe(200)
    // a step before the last used one is gone too
    expect((await login('doctor', await codeAt(secret))).status).toBe(401)
  })

  it('two uses of one code at once: one wins', async () => {
    const { secret } = await withTwoFactor()
    for (let round = 0; round < 5; round++) {
      const code = await codeAt(secret)
      const answers = await Promise.all([login('doctor', code), login('doctor', code), login('doctor', code)])
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
      aheadMs += 16 * MINUTE_MS
    }
  })

  it('five wrong codes in fifteen minutes, however fast, also when Redis forgets everything', async () => {
    const { secret } = await withTwoFactor()
    const first = await Promise.all(['000001', '000002', '000003'].map((code) => login('doctor', code)))
    expect(first.map(({ status }) => status)).toEqual([401, 401, 401])
    await flushRedis(api.deps.prefix)
    const rest = await Promise.all(
      ['000004', '000005', '000006', '000007'].map((code) => login('doctor', code)),
    )
    expect(rest.map(({ status }) => status).sort()).toEqual([401, 401, 429, 429])
    const right = await login('doctor', await codeAt(secret))
    expect(right.status).toBe(429)
    expect(Number(right.headers['retry-after'])).toBeGreaterThan(800)
    aheadMs += 15 * MINUTE_MS
    expect((await login('doctor', await codeAt(secret))).status).toBe(200)
  })

  it('whoever tries codes does not keep the owner out: recovery codes are looked at all the time', async () => {
    const { codes } = await withTwoFactor()
    for (let n = 0; n < 6; n++) await login('doctor', `00000${n}`)
    expect((await login('doctor', codes[0])).status).toBe(200)
  })

  it('recovery codes work once each, are kept as hashes, and are replaced together', async () => {
    const { codes, cookie, secret } = await withTwoFactor()
    const dump = JSON.stringify(await api.deps.db('recovery_codes').select())
    for (const code of codes) {
      expect(dump).not.toContain(code)
      expect(dump).not.toContain(code.replaceAll('-', ''))
    }
    expect((await login('doctor', codes[0]?.toUpperCase())).status).toBe(200)
    expect((await login('doctor', codes[0])).status).toBe(401)
    const both = await Promise.all([login('doctor', codes[1]), login('doctor', codes[1])])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401])
    const renew = (body: object) => send('post', '/api/auth/2fa/recovery-codes', cookie).send(body)
    expect((await renew({ password: TEST_PASSWORD, code: '000000' })).status).toBe(401)
    expect((await renew({ password: 'wrong', code: await codeAt(secret) })).status).toBe(401)
    const fresh = await renew({ password: TEST_PASSWORD, code: await codeAt(secret) })
    expect(fresh.status).toBe(200)
    aheadMs += 15 * MINUTE_MS
    expect((await login('doctor', codes[2])).status).toBe(401)
    expect((await login('doctor', fresh.body.recoveryCodes[0])).status).toBe(200)
  })

  it('goes off with password and code only', async () => {
    const { cookie, secret } = await withTwoFactor()
    const off = (body: object) => send('post', '/api/auth/2fa/disable', cookie).send(body)
    expect((await off({ password: TEST_PASSWORD })).status).toBe(400)
    expect((await off({ password: TEST_PASSWORD, code: '000000' })).status).toBe(401)
    expect((await off({ password: 'wrong', code: await codeAt(secret) })).status).toBe(401)
    const done = await off({ password: TEST_PASSWORD, code: await codeAt(secret) })
    expect(done.body.user.twoFactor).toBe(false)
    expect((await me(cookie)).status).toBe(401)
    expect((await me(cookieOf(done))).status).toBe(200)
    expect((await login('doctor')).status).toBe(200)
    // what was taken back does not come on again by an old code
    const again = await send('post', '/api/auth/2fa/enable', cookieOf(done)).send({
      code: await codeAt(secret),
    })
    expect(again.status).toBe(401)
  })
})

describe('administrators and the second step', () => {
  it('a new password does not take it off', async () => {
    await withTwoFactor()
    const admin = await api.signIn('admin')
    const id = await api.user('doctor')
    const reset = await send('post', `/api/users/${id}/password-reset`, admin)
    const answer = await login('doctor', undefined, reset.body.oneTimePassword)
    expect(answer.body.code).toBe('auth/totp-required')
  })

  it('take it off for others below, on record, and sessions end', async () => {
    const { cookie } = await withTwoFactor()
    const admin = await api.signIn('admin')
    const id = await api.user('doctor')
    expect((await send('delete', `/api/users/${id}/2fa`, admin)).status).toBe(204)
    expect((await me(cookie)).status).toBe(401)
    expect((await login('doctor')).status).toBe(200)
    expect((await send('delete', `/api/users/${id}/2fa`, admin)).status).toBe(409)
    expect((await send('delete', `/api/users/${await api.user('admin')}/2fa`, admin)).status).toBe(403)
    expect((await send('delete', `/api/users/${await api.user('super_admin')}/2fa`, admin)).status).toBe(404)
    const entries = await api.deps
      .db('audit_entries')
      .where({ action: 'users.remove-2fa' })
      .select('entity_id')
    expect(entries).toEqual([{ entity_id: id }])
  })
})

describe('seeds at rest', () => {
  it('no table holds one, no answer repeats one, and an old key is left at the next use', async () => {
    const { secret, made } = await withTwoFactor()
    const { seed } = await api.deps.db('user_totp').first('seed')
    expect(seed).not.toContain(secret)
    const tables = ['users', 'user_totp', 'audit_entries', 'outbox_events']
    for (const table of tables)
      expect(JSON.stringify(await api.deps.db(table).select())).not.toContain(made.secret)

    const oldKey = seed.split('.')[0]
    const file = join(testDataDir(), 'keys', 'data_key_file')
    const { readFileSync } = await import('node:fs')
    const old = readFileSync(file, 'utf8')
    writeFileSync(file, `${randomBytes(32).toString('base64')}\n${old}`)
    expect((await login('doctor', await codeAt(secret))).status).toBe(200)
    const now = (await api.deps.db('user_totp').first('seed')).seed as string
    expect(now.split('.')[0]).not.toBe(oldKey)
  })
})
