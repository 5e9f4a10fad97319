import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type TestDeps, testDeps } from '../../shared/testing/harness.ts'
import { type App, createApp } from '../app.ts'
import { route } from './route.ts'

const echo = route({
  method: 'POST',
  path: '/api/test/echo',
  tag: 'test',
  summary: 'Answers what it was sent',
  access: 'open',
  limit: 'none',
  body: z.strictObject({ text: z.string().max(2000).optional(), n: z.number().optional() }),
  handle: async ({ body }) => ({ status: 200, body }),
})

const read = route({
  method: 'GET',
  path: '/api/test/things/:id',
  tag: 'test',
  summary: 'A thing',
  access: 'open',
  limit: 'none',
  params: z.strictObject({ id: z.string().regex(/^[1-9][0-9]{0,18}$/) }),
  query: z.strictObject({ a: z.string().optional() }),
  handle: async ({ params }) => ({ body: params }),
})

describe('the edge', () => {
  let deps: TestDeps
  let app: App
  let http: ReturnType<App['koa']['callback']>
  beforeAll(async () => {
    deps = await testDeps()
    app = createApp({ deps }, { extraRoutes: [echo, read] })
    http = app.koa.callback()
  })
  afterAll(async () => {
    app.close()
    await deps.close()
  })

  it('answers, and 304 to whoever has it', async () => {
    const first = await request(http).get('/api/test/things/7').expect(200, { id: '7' })
    const again = await request(http)
      .get('/api/test/things/7')
      .set('If-None-Match', first.headers.etag as string)
    expect(again.status).toBe(304)
    expect(again.headers['x-content-type-options']).toBe('nosniff')
  })

  it('refuses an anonymous call', async () => {
    await request(http).get('/api/auth/me').expect(401)
  })
})
