import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestDeps, testDeps, testEnv } from '../../shared/testing/harness.ts'
import { csvOf, type PersonCells, person } from '../../shared/testing/people.ts'
import { startProcess, type TestProcess } from '../../shared/testing/processes.ts'
import { hashPassword } from '../../shared/users/password.ts'
import { TEST_PASSWORD } from '../http/testing.ts'

interface Span {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  attributes: { key: string; value: Record<string, unknown> }[]
  events?: unknown[]
  service: string
}

const CANARY = 'Zulaikha Canarywati'
const PATIENT: PersonCells = { ...person(1), name: CANARY }

let deps: TestDeps
let collector: Server
let endpoint = ''
const bodies: string[] = []

beforeAll(async () => {
  deps = await testDeps()
  const password_hash = await hashPassword(TEST_PASSWORD)
  await deps.db('users').insert({ username: 'boss', name: 'Boss', role: 'admin', password_hash })
  collector = createServer((req, res) => {
    const parts: Buffer[] = []
    req.on('data', (part: Buffer) => parts.push(part))
    req.once('end', () => {
      if (req.url === '/v1/traces') bodies.push(Buffer.concat(parts).toString())
      res.setHeader('content-type', 'application/json').end('{}')
    })
  })
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
  endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`
})
afterAll(async () => {
  collector.closeAllConnections()
  collector.close()
  await deps.close()
})

interface Sent {
  resourceSpans: {
    resource: { attributes: { key: string; value: { stringValue: string } }[] }
    scopeSpans: { spans: Omit<Span, 'service'>[] }[]
  }[]
}

const spans = (): Span[] =>
  bodies
    .flatMap((body) => (JSON.parse(body) as Sent).resourceSpans)
    .flatMap(({ resource, scopeSpans }) => {
      const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? ''
      return scopeSpans.flatMap((scope) => scope.spans.map((span) => ({ ...span, service })))
    })

async function signIn({ url }: TestProcess): Promise<Record<string, string>> {
  const headers = { 'X-Requested-With': 'clinic', 'Content-Type': 'application/json' }
  const body = JSON.stringify({ username: 'boss', password: TEST_PASSWORD })
  const answer = await fetch(`${url}/api/auth/login`, { method: 'POST', headers, body })
  expect(answer.status).toBe(200)
  return {
    'X-Requested-With': 'clinic',
    Cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '',
  }
}

async function importOne({ url }: TestProcess, headers: Record<string, string>): Promise<string> {
  const form = new FormData()
  form.set('kind', 'patients')
  form.set('file', new Blob([csvOf([PATIENT])]), `${CANARY}.csv`)
  const answer = await fetch(`${url}/api/imports`, { method: 'POST', headers, body: form })
  expect(answer.status).toBe(202)
  return ((await answer.json()) as { operation: { id: string } }).operation.id
}

it('a request, the job it rings for and that job’s steps are one trace, which holds nothing of a patient', {
  timeout: 180_000,
}, async () => {
  const env = testEnv({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_BSP_SCHEDULE_DELAY: '100' })
  const [api, worker] = await Promise.all([startProcess('api', env), startProcess('worker', env)])
  try {
    await Promise.all([api.ready(), worker.ready()])
    const headers = await signIn(api)
    const given = { ...headers, traceparent: '00-11111111111111111111111111111111-2222222222222222-01' }
    const search = `/api/patients/search?query=${encodeURIComponent(CANARY)}`
    expect((await fetch(`${api.url}${search}`, { headers: given })).status).toBe(200)
    const id = await importOne(api, given)
    await expect
      .poll(async () => (await deps.db('operations').where({ id }).first('status'))?.status, {
        timeout: 90_000,
      })
      .toBe('completed')
    const names = () => spans().map(({ name }) => name)
    for (const last of ['process bulk', 'POST /api/imports'])
      await expect.poll(names, { timeout: 60_000 }).toContain(last)
  } finally {
    await Promise.all([api.stop(), worker.stop()])
  }
  const all = spans()
  const posted = all.find(({ name }) => name === 'POST /api/imports') as Span
  expect(posted).toMatchObject({ service: 'clinic-api' })
  expect(posted.parentSpanId ?? '').toBe('')
  const byId = new Map(all.map((span) => [span.spanId, span]))
  const path = (span: Span): string => {
    const parent = byId.get(span.parentSpanId ?? '')
    return `${parent === undefined ? '' : `${path(parent)} > `}${span.name}`
  }
  const trace = all.filter(({ traceId }) => traceId === posted.traceId)
  const paths = trace.map((span) => `${span.service}: ${path(span)}`)
  const job = 'POST /api/imports > add bulk.imports.run > process bulk'
  expect(paths).toEqual(
    expect.arrayContaining([
      'clinic-api: POST /api/imports > operation.request',
      `clinic-worker: ${job}`,
      `clinic-worker: ${job} > import > prepare`,
      `clinic-worker: ${job} > import > piece`,
    ]),
  )
  expect(all.map(({ name }) => name)).toContain('GET /api/patients/search')
  expect(all.filter(({ events = [] }) => events.length > 0)).toEqual([])
  expect(bodies.join('\n')).not.toMatch(
    new RegExp(`${CANARY.split(' ').join('|')}|${PATIENT.id_number}|query=|boss|1111111111111111`, 'i'),
  )
})

it('a collector that is away costs nobody an answer', { timeout: 180_000 }, async () => {
  const env = testEnv({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', LOG_LEVEL: 'warn' })
  const api = await startProcess('api', { ...env, OTEL_BSP_SCHEDULE_DELAY: '50' })
  try {
    await api.ready()
    const headers = await signIn(api)
    for (let i = 0; i < 50; i++) expect((await fetch(`${api.url}/api/auth/me`, { headers })).status).toBe(200)
  } finally {
    await api.stop()
  }
  expect(await api.ended).toBe(0)
})

/** Writes down which modules a process loads. */
const LOADER =
  'import fs from "node:fs";export const load=(url,context,next)=>{fs.writeSync(2,"loads "+url+"\\n");return next(url,context)}'
const WATCHED = `import{register}from"node:module";register("data:text/javascript,"+encodeURIComponent(${JSON.stringify(LOADER)}))`

it.each([
  { what: 'nothing of OpenTelemetry is loaded while no collector is set', set: {}, loads: false },
  {
    what: 'it is loaded when one is',
    set: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' },
    loads: true,
  },
])('$what', { timeout: 180_000 }, async ({ set, loads }) => {
  const api = await startProcess('api', testEnv({ ...set }), [
    `--import=data:text/javascript,${encodeURIComponent(WATCHED)}`,
  ])
  try {
    await api.ready()
  } finally {
    await api.stop()
  }
  expect(api.output()).toContain('api/http/edge.js')
  expect(/loads .*(@opentelemetry\/sdk|exporter-trace|bullmq-otel|tracing-sdk)/.test(api.output())).toBe(
    loads,
  )
})
