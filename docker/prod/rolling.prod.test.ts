import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { person, writePeople } from '../../shared/testing/people.ts'
import { freePort, startProcess, type TestProcess } from '../../shared/testing/processes.ts'
import { ask, type ProxyProcess, SITE, startProxy } from '../nginx/testing.ts'
import { type ProductionSystem, startProduction, until } from './testing.ts'

let system: ProductionSystem
let proxy: ProxyProcess
let apis: TestProcess[]
let worker: TestProcess
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
  worker = system.worker
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
  const scopes = ['patients.view', 'patients.write', 'medications.view']
  token = (await post('/api/tokens', { name: 'rolling', scopes, perHour: 1_000_000 })).token
})
afterAll(async () => {
  await proxy?.stop()
  await Promise.all([...(apis ?? []), ...(worker ? [worker] : [])].map((each) => each.stop()))
  await system?.stop()
})

const agent = new Agent({ keepAlive: true, maxSockets: 20, rejectUnauthorized: false })

/** One call over kept connections, as a browser makes it; answers the status, 0 when there was no answer. */
function send(method: string, path: string, body?: object): Promise<number> {
  return new Promise((resolve) => {
    const req = request(
      {
        host: '127.0.0.1',
        port: proxy.httpsPort,
        servername: SITE,
        agent,
        method,
        path,
        headers: { host: SITE, authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      },
      (res) => {
        res.resume()
        res.once('end', () => resolve(res.statusCode ?? 0))
        res.once('error', () => resolve(0))
      },
    )
    // a kept connection that the other side closed in the same moment: browsers ask again over a new one, so does this
    req.once('error', (error: NodeJS.ErrnoException) => {
      if (req.reusedSocket && error.code === 'ECONNRESET') resolve(send(method, path, body))
      else resolve(0)
    })
    req.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

const FIRST_MADE = 5_000_000
const IMPORTED = 20_000

it('restarts API, worker and proxy one after the other under reads, writes and an import, and nobody notices', async () => {
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

  const statuses = new Map<number, number>()
  let made = 0
  let over = false
  const note = (status: number) => {
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
  }
  const pending: Promise<void>[] = []
  // a hundred reads and ten registrations a second, whether or not earlier ones were answered
  const load = (async () => {
    for (let tick = 0; !over; tick++) {
      for (let i = 0; i < 10; i++) pending.push(send('GET', '/api/medications?limit=20').then(note))
      const {
        name,
        id_type: idType,
        id_number: idNumber,
        gender,
        date_of_birth: dateOfBirth,
      } = person(FIRST_MADE + tick)
      pending.push(
        send('POST', '/api/patients', { name, idType, idNumber, gender, dateOfBirth }).then((status) => {
          note(status)
          if (status === 201) made++
        }),
      )
      await sleep(100)
    }
  })()

  await sleep(1000)
  for (const [index, api] of apis.entries()) {
    await api.stop()
    const env = system.envOf('api', { HOST: '127.0.0.1', PORT: portOf(api) })
    const next = await startProcess('api', env)
    await next.ready()
    apis[index] = next
    await sleep(1000)
  }
  await worker.stop()
  worker = await startProcess('worker', system.envOf('worker', { HOST: '127.0.0.1' }))
  await worker.ready()
  proxy.process.child.kill('SIGHUP')
  await sleep(2000)
  over = true
  await load
  await Promise.all(pending)

  console.warn(`rolling restart: ${JSON.stringify(Object.fromEntries(statuses))}, ${made} registered`)
  expect([...statuses.keys()].sort()).toEqual([200, 201])
  expect(pending.length).toBeGreaterThan(500)

  const connection = await system.connect('root')
  const one = async (sql: string) => {
    const [[row]] = (await connection.query(sql)) as [RowDataPacket[], unknown]
    return (row ?? {}) as Record<string, unknown>
  }
  await until('the import has ended', async () =>
    /completed|failed/.test(
      String((await one(`select status from clinic.operations where id = '${operation.id}'`)).status),
    ),
  )
  const { counts, status } = await one(
    `select counts, status from clinic.operations where id = '${operation.id}'`,
  )
  expect(status).toBe('completed')
  expect(typeof counts === 'string' ? JSON.parse(counts) : counts).toMatchObject({
    inserted: good,
    rejected: bad,
  })
  expect(Number((await one('select count(*) as n from clinic.patients')).n)).toBe(good + made)
  await connection.end()
})
