import Koa from 'koa'
import request from 'supertest'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AuditEntry } from '../../shared/audit/entry.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import { closeQueues, type JobQueues, openQueues } from '../../shared/jobs/queues.ts'
import type { Role } from '../../shared/rights/permissions.ts'
import { type TestDeps, testDeps } from '../../shared/testing/harness.ts'
import { createSession } from '../../shared/users/sessions.ts'
import { jobQueuePages } from './job-queue-pages.ts'

let deps: TestDeps
let queues: JobQueues
let api: ReturnType<typeof request>
let recorded: AuditEntry[] = []

beforeAll(async () => {
  deps = await testDeps()
  queues = openQueues(deps)
  const koa = new Koa()
  koa.silent = true
  koa.use(async (ctx, next) => {
    try {
      await next()
    } catch (error) {
      ctx.status = error instanceof AppError ? error.rule.status : 500
    }
  })
  const spool = {
    write: async (entry: AuditEntry) => {
      recorded.push(entry)
    },
  }
  koa.use(jobQueuePages({ deps, queues, spool }))
  koa.use((ctx) => {
    ctx.body = 'next'
  })
  api = request(koa.callback())
})
beforeEach(() => {
  recorded = []
})
afterAll(async () => {
  await closeQueues(queues)
  await deps.close()
})

async function cookieOf(role: Role, more: { grants?: string[]; mustChangePassword?: boolean } = {}) {
  const data = {
    userId: '9',
    username: role,
    name: role,
    role,
    grants: [],
    mustChangePassword: false,
    ...more,
  }
  const { secret } = await createSession(deps, data, { address: '127.0.0.1', userAgent: 'test' })
  return `clinic=${secret}`
}

const SAME = { 'Sec-Fetch-Site': 'same-origin' }

describe('the job queue pages', () => {
  it('leave other pages alone', async () => {
    expect((await api.get('/admin/queuesx')).text).toBe('next')
  })

  it('open for holders of the permission only', async () => {
    expect((await api.get('/admin/queues')).status).toBe(401)
    expect((await api.get('/admin/queues/static/js/x.js')).status).toBe(401)
    for (const role of ['admin', 'doctor', 'cashier'] as const) {
      expect((await api.get('/admin/queues').set('Cookie', await cookieOf(role))).status).toBe(403)
    }
    expect(recorded).toHaveLength(3)
    expect(recorded[0]).toMatchObject({ action: 'access.denied', outcome: 'denied', role: 'admin' })
    const granted = await cookieOf('admin', { grants: ['job-queues.manage'] })
    expect((await api.get('/admin/queues').set('Cookie', granted)).status).toBe(200)
    const fresh = await cookieOf('super_admin', { mustChangePassword: true })
    expect((await api.get('/admin/queues').set('Cookie', fresh)).status).toBe(403)
  })

  it('need neither inline scripts nor anything from elsewhere', async () => {
    const cookie = await cookieOf('super_admin')
    const { text, headers } = await api.get('/admin/queues').set('Cookie', cookie)
    expect(headers['content-security-policy']).toMatch(/script-src 'self';.*base-uri 'self'/)
    expect(text).toContain('<base href="/admin/queues/"')
    expect(text).not.toMatch(/https?:\/\//)
    expect(text).not.toMatch(/<style| style=/)
    const scripts = text.match(/<script[^>]*>/g) ?? []
    expect(scripts.filter((tag) => !tag.includes('src=') && !tag.includes('application/json'))).toEqual([])
    const [, src] = /<script defer src="([^"]+)"/.exec(text) ?? []
    const script = await api.get(`/admin/queues/${src}`).set('Cookie', cookie)
    expect([script.status, script.type]).toEqual([200, 'text/javascript'])
    expect((await api.get('/admin/queues/static/none.js').set('Cookie', cookie)).status).toBe(404)
  })

  it('list the job queues', async () => {
    const cookie = await cookieOf('super_admin')
    const { body } = await api.get('/admin/queues/api/queues').set('Cookie', cookie)
    expect(body.queues.map(({ name }: { name: string }) => name).sort()).toEqual(Object.keys(queues).sort())
    expect(recorded).toEqual([])
  })

  it('act from our own page only, and record it', async () => {
    const cookie = await cookieOf('super_admin')
    const pause = () => api.put('/admin/queues/api/queues/reports/pause').set('Cookie', cookie)
    expect((await pause()).status).toBe(403)
    expect((await pause().set('Sec-Fetch-Site', 'cross-site')).status).toBe(403)
    expect((await pause().set('Origin', 'https://evil.example')).status).toBe(403)
    expect(await queues.reports.isPaused()).toBe(false)
    expect(recorded).toEqual([])

    expect((await pause().set(SAME)).status).toBe(200)
    expect(await queues.reports.isPaused()).toBe(true)
    expect(recorded).toMatchObject([
      { action: 'job-queues.pause', entity: 'job-queue', entityId: 'reports', userId: '9', outcome: 'ok' },
    ])
    await queues.reports.resume()
  })

  it('name the job that was acted on', async () => {
    const cookie = await cookieOf('super_admin')
    await queues.bulk.add('probe', {}, { jobId: 'op-1' })
    const answer = await api.put('/admin/queues/api/queues/bulk/op-1/clean').set(SAME).set('Cookie', cookie)
    expect(answer.status).toBe(204)
    expect(await queues.bulk.getJob('op-1')).toBeUndefined()
    expect(recorded).toMatchObject([
      { action: 'job-queues.clean', entityId: 'bulk', detail: { job: 'op-1' } },
    ])
  })

  it('never let a job be made or rewritten by hand', async () => {
    const cookie = await cookieOf('super_admin')
    const add = await api
      .post('/admin/queues/api/queues/bulk/add')
      .set(SAME)
      .set('Cookie', cookie)
      .send({ name: 'imports.run', data: {}, options: {} })
    expect(add.status).toBe(403)
    expect(await queues.bulk.getJobCountByTypes('waiting')).toBe(0)
    expect(recorded).toMatchObject([{ action: 'access.denied', outcome: 'denied' }])
  })
})
