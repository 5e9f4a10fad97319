import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Route } from '../../http/route.ts'
import { HOSTILE, shapeOf, strangers } from '../shapes/testing.ts'
import { type FilledApi, startFilledApi } from './testing.ts'

/** What a reading route is asked with, where it needs more than ids. */
const QUERIES: Readonly<Record<string, (api: FilledApi) => string>> = {
  '/api/families': ({ ids }) => `?patientId=${ids.patients}`,
  '/api/letters': ({ ids }) => `?patient=${ids.patients}`,
  '/api/certificates': ({ ids }) => `?patient=${ids.patients}`,
  '/api/patients/search': () => '?query=canary',
  '/api/icd10': () => '?query=cold',
  '/api/audit/patients': () => '?user=1',
  '/api/audit/review': () => '?day=2026-01-02',
  '/api/panels/:id/statement': () => '?month=2026-01',
  '/api/medications/stock': ({ ids }) => `?ids=${ids.medications}`,
  '/api/appointments/free': ({ ids, today }) => `?doctor=${ids.doctors}&day=${today}`,
}
/** Says of any code that it is none of ours; its own tests change every letter of real ones. */
const OWN_ANSWER = /^\/api\/verify\//

let api: FilledApi
let routes: Route[]
beforeAll(async () => {
  api = await startFilledApi()
  routes = api.app.routes.filter(
    ({ method, path }) => method === 'GET' && path.startsWith('/api/') && !path.startsWith('/api/sse/'),
  )
})
afterAll(() => api.close())

const get = (path: string, cookie: string) => request(api.url).get(path).set('Cookie', cookie)
const ask = (route: Route) => get(api.pathOf(route) + (QUERIES[route.path]?.(api) ?? ''), api.cookieOf(route))

describe('every read', () => {
  it('answers what its schema says and not a field more, twice alike, and changes nothing', async () => {
    const before = await api.sums()
    const unanswered: string[] = []
    for (const route of routes) {
      const answers = [await ask(route), await ask(route)]
      for (const answer of answers) {
        expect(answer.status, route.path).toBeLessThan(500)
        if (answer.status !== 200 || route.response === undefined) continue
        expect(strangers(shapeOf(route.response, 'output'), answer.body), route.path).toEqual([])
      }
      if (answers.some(({ status }) => status !== 200)) unanswered.push(`${route.path} ${answers[0]?.status}`)
      else if (/json/.test(answers[0]?.headers['content-type'] ?? ''))
        expect(answers[0]?.headers['cache-control'], route.path).toMatch(/private, no-(store|cache)/)
    }
    // what no worker made, no screen showed and nobody set is not there; most of it is
    expect(unanswered.length, unanswered.join()).toBeLessThan(routes.length / 5)
    const after = await api.sums()
    // a receipt counts how often it was printed, so that copies say that they are copies
    const { payments: _, ...rest } = after
    const { payments: __, ...were } = before
    expect(Object.keys(rest).filter((name) => rest[name] !== were[name])).toEqual([])
  }, 120_000)

  it('with ids that are none, or of nothing, is refused', async () => {
    const STRANGE = [
      '0',
      '-1',
      '1.5',
      '01',
      '1e3',
      '%201',
      '2147483648',
      '9007199254740993',
      '99999999999999999999',
    ]
    const MORE = ['x', '%00', '..%2f..', "1'%20or%20'1'='1", '%F0%9F%98%80', '0x10', 'null', 'a'.repeat(300)]
    for (const route of routes.filter(({ path }) => path.includes(':') && !OWN_ANSWER.test(path)))
      for (const id of [...STRANGE, ...MORE, '01890000-0000-7000-8000-000000000000']) {
        const query = QUERIES[route.path]?.(api) ?? ''
        const answer = await get(route.path.replace(/:\w+/g, id) + query, api.cookieOf(route))
        // what somebody has done with a record that is not there is an empty list
        const isFine = answer.status === 200 && answer.body.data?.length === 0
        expect(
          isFine || [400, 404, 422].includes(answer.status),
          `${route.path} ${id} ${answer.status}`,
        ).toBe(true)
      }
  }, 120_000)

  it('takes no column, order, size or depth that it does not name', async () => {
    const REFUSED = [
      'sort=password_hash', 'sort=id%20desc', 'orderBy=%60id%60', 'order=asc', 'fields=*', 'select=password', 'columns=id%20as%20x',
      'include=%5Ba.%5Bb.%5Bc.%5Bd%5D%5D%5D%5D', 'withGraph=a', 'limit=0', 'limit=101', 'limit=-1', 'limit=1e9', 'limit=x', 'page=0', 'page=-1',
      'page=999999999', 'page=1.5', 'cursor=%00', 'offset=10', `cursor=${'x'.repeat(10_000)}`, '__proto__=1', 'constructor=1', 'a%5Bb%5D=1',
    ] // biome-ignore format: a list of addresses reads better in rows
    for (const route of routes)
      for (const query of REFUSED) {
        const known = QUERIES[route.path]?.(api)
        const answer = await get(
          `${api.pathOf(route)}${known === undefined ? '?' : `${known}&`}${query}`,
          api.cookieOf(route),
        )
        expect([400, 401, 422], `${route.path}?${query.slice(0, 40)} ${answer.status}`).toContain(
          answer.status,
        )
      }
  }, 120_000)
})

describe('every question', () => {
  it('with anything in any of its parameters is answered or refused, never a fault of ours', async () => {
    const texts = HOSTILE.filter((each): each is string => typeof each === 'string')
    let asked = 0
    for (const route of routes.filter(({ query }) => query !== undefined)) {
      const { properties = {} } = shapeOf(route.query as never, 'input')
      const known = new URLSearchParams(QUERIES[route.path]?.(api) ?? '')
      for (const name of Object.keys(properties))
        for (const text of texts.filter((each) => each.isWellFormed())) {
          const query = new URLSearchParams(known)
          query.set(name, text)
          const answer = await get(`${api.pathOf(route)}?${query}`, api.cookieOf(route))
          asked += 1
          expect(answer.status, `${route.path}?${name}=${text.slice(0, 30)}`).toBeLessThan(500)
        }
    }
    expect(asked).toBeGreaterThan(1000)
  }, 180_000)
})

describe('every call of somebody whose password is to be changed first', () => {
  it('is refused but for who he is, sign-out, and the change', async () => {
    const cookie = await api.signIn('super_admin', 'newcomer')
    await api.deps.db('users').where({ username: 'newcomer' }).update({ must_change_password: true })
    const half = await request(api.url)
      .post('/api/auth/login')
      .set('X-Requested-With', 'clinic')
      .send({ username: 'newcomer', password: 'seven green umbrellas walk home' })
    expect(half.body.mustChangePassword).toBe(true)
    const [session] = (half.headers['set-cookie'] as unknown as string[]).map((each) => each.split(';')[0])
    expect(cookie).not.toBe(session)
    const guarded = api.app.routes.filter(({ access }) => access !== 'open')
    for (const route of guarded) {
      const verb = route.method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete'
      const answer = await request(api.url)
        [verb](`${api.pathOf(route)}?no-such-field=1`)
        .set('Cookie', session as string)
        .set('X-Requested-With', 'clinic')
      const name = `${route.method} ${route.path}`
      if (route.evenBeforePasswordChange) expect(name).toMatch(/auth\/(me|logout|password)$/)
      else expect([answer.status, answer.body.code], name).toEqual([403, 'auth/must-change-password'])
    }
  }, 60_000)
})
