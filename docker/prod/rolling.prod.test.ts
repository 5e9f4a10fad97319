import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { writePeople } from '../../shared/testing/people.ts'
import { freePort, startProcess, type TestProcess } from '../../shared/testing/processes.ts'
import { ask, type ProxyProcess, startProxy } from '../nginx/testing.ts'
import { followQueue, startLoad } from './rolling-clients.ts'
import { type ProductionSystem, startProduction, until } from './testing.ts'

let system: ProductionSystem
let proxy: ProxyProcess
let apis: TestProcess[]
let workers: TestProcess[]
let cookie = ''
let token = ''

const portOf = ({ url }: TestProcess) => new URL(url).port

beforeAll(async () => {
  system = await startProduction({ RATE_LIMIT_GENERAL_PER_HOUR: '0' })
  const second = await startProcess(
    'api',
    system.envOf('api', { HOST: '127.0.0.1', PORT: String(await freePort()) }),
  )
  await second.ready()
  apis = [system.api, second]
  const helper = await startProcess('worker', system.envOf('worker', { HOST: '127.0.0.1' }))
  await helper.ready()
  workers = [system.worker, helper]
  proxy = await startProxy(system.dir, 1, {
    API_SERVERS: apis.map((api) => `localhost:${portOf(api)}`).join(' '),
  })
  const post = async (path: string, body: object) => {
    const { lines, body: text } = await ask({
      port: proxy.httpsPort,
      path,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-requested-with': 'clinic',
        ...(cookie ? { cookie } : {}),
      },
      body: JSON.stringify(body),
    })
    const set = lines.find(([name]) => name === 'set-cookie')?.[1].split(';', 1)[0]
    if (set !== undefined) cookie = set
    return JSON.parse(text || '{}') as { token: string }
  }
  const currentPassword = system.secret('initial_admin_password')
  await post('/api/auth/login', { username: 'superadmin', password: currentPassword })
  await post('/api/auth/password', { currentPassword, newPassword: 'Rolling-test-7-lantern' })
  const scopes = ['patients.view', 'patients.write', 'medications.view', 'queue.view', 'queue.write']
  token = (await post('/api/tokens', { name: 'rolling', scopes, perHour: 1_000_000 })).token
})
afterAll(async () => {
  await proxy?.stop()
  await Promise.all([...(apis ?? []), ...(workers ?? [])].map((each) => each.stop()))
  await system?.stop()
})

const REQUESTS = Number(process.env.ROLLING_REQUESTS ?? 20_000)
const FIRST_MADE = 5_000_000
const IMPORTED = 300_000
const PAUSE_MS = 1000

async function startImport(): Promise<{ id: string; good: number; bad: number }> {
  const file = join(system.dir, 'people.csv')
  const { good, bad } = await writePeople(file, IMPORTED)
  const form = new FormData()
  form.set('kind', 'patients')
  form.set('file', new Blob([readFileSync(file)]), 'people.csv')
  const started = await fetch(`${apis[0]?.url}/api/imports`, {
    method: 'POST',
    headers: { cookie, 'x-requested-with': 'clinic', 'x-forwarded-proto': 'https' },
    body: form,
  })
  const { operation } = (await started.json()) as { operation: { id: string } }
  return { id: operation.id, good, bad }
}

async function another(kind: 'api' | 'worker', old: TestProcess): Promise<TestProcess> {
  await old.stop()
  const place = kind === 'api' ? { PORT: portOf(old) } : {}
  const next = await startProcess(kind, system.envOf(kind, { HOST: '127.0.0.1', ...place }))
  await next.ready()
  await sleep(PAUSE_MS)
  return next
}

/** Every process once: workers, API processes, and the proxy with everything it has open. */
async function restartAll(): Promise<void> {
  for (const [index, worker] of workers.entries()) workers[index] = await another('worker', worker)
  for (const [index, api] of apis.entries()) apis[index] = await another('api', api)
  proxy.process.child.kill('SIGHUP')
  await sleep(PAUSE_MS)
}

it('restarts API, workers and proxy one after the other, again and again, under 200 requests a second and an import: no request fails, no event is lost, every row is there', async () => {
  const target = { port: proxy.httpsPort, token }
  const follower = followQueue(target)
  await until('the screen follows', async () => follower.opened() > 0)
  const { id, good, bad } = await startImport()
  const load = startLoad(target, FIRST_MADE)
  let rounds = 0
  for (; load.sent() < REQUESTS; rounds++) await restartAll()
  await load.end()
  const { statuses, failures, tickets } = load
  const all = [...statuses.values()].reduce((sum, each) => sum + each, 0)
  const seen = JSON.stringify(Object.fromEntries(statuses))
  console.warn(`rolling restart, ${rounds} rounds: ${all} requests, ${seen}; streams ${follower.opened()}`)
  expect(failures).toEqual([])
  expect([...statuses.keys()].sort()).toEqual(['GET 200', 'POST 201'])
  expect(all).toBeGreaterThanOrEqual(REQUESTS)

  const connection = await system.connect('root')
  const one = async (sql: string) => {
    const [[row]] = (await connection.query(sql)) as [RowDataPacket[], unknown]
    return (row ?? {}) as Record<string, unknown>
  }
  const operation = () => one(`select counts, status, fence from clinic.operations where id = '${id}'`)
  await until(
    'the import has ended',
    async () => /completed|failed/.test(String((await operation()).status)),
    undefined,
    300_000,
  )
  const { counts, status, fence } = await operation()
  expect(status).toBe('completed')
  expect(typeof counts === 'string' ? JSON.parse(counts) : counts).toMatchObject({
    inserted: good,
    rejected: bad,
  })
  // it went from one worker to another, so a restart met it
  expect(Number(fence)).toBeGreaterThan(1)
  const { n, different } = await one(
    'select count(*) as n, count(distinct id_number) as different from clinic.patients',
  )
  expect([Number(n), Number(different)]).toEqual([good + tickets.length, good + tickets.length])

  await until('every ticket was told', async () => follower.created.length >= tickets.length)
  follower.end()
  expect(follower.resets()).toBe(0)
  expect(follower.opened()).toBeGreaterThan(1)
  // each once, and each of them
  expect([...follower.created].sort()).toEqual([...tickets].sort())
  await connection.end()
})
