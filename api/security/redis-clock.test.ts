import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { jobPrefix } from '../../shared/jobs/queues.ts'
import { findOperation, type OperationRow } from '../../shared/operations/repository.ts'
import { testEnv } from '../../shared/testing/harness.ts'
import { csvOf, person } from '../../shared/testing/people.ts'
import { startProcess, type TestProcess } from '../../shared/testing/processes.ts'
import { type FaultProxy, startProxy } from '../../shared/testing/proxy.ts'
import { type BillingApi, startBillingApi } from '../billing/testing.ts'
import { someone } from '../queue/testing.ts'

const TWO_HOURS_MS = 2 * 3_600_000
const ROWS = 10_000
const ROWS_BACK = 300
const CLIENTS = 6
/** A piece of an import takes several trips to the database: slow enough to be met in the middle. */
const SLOW_MS = 20
const SLOWER_MS = 300

let api: BillingApi
let database: FaultProxy
let workers: TestProcess[] = []
beforeAll(async () => {
  api = await startBillingApi()
  await api.openShift()
  database = await startProxy(api.deps.config.DATABASE_URL)
  const env = testEnv({
    DATABASE_URL: database.url,
    IMPORT_CHUNK_ROWS: '100',
    WORKER_CONCURRENCY: '1',
    CLINIC_FIRST: 'off',
  })
  workers = await Promise.all([startProcess('worker', env), startProcess('worker', env)])
  await Promise.all(workers.map((each) => each.ready()))
}, 240_000)
afterAll(async () => {
  database.setDelayMs(0)
  await Promise.all(workers.map((each) => each.stop()))
  await database.close()
  await api.close()
})

/** In one step, so that no lock is renewed in between; a time that is over removes the key. */
const MOVE = `
local gone = {}
for _, key in ipairs(KEYS) do
  local left = redis.call('PTTL', key)
  if left >= 0 then redis.call('PEXPIRE', key, left - ARGV[1]) end
  if redis.call('EXISTS', key) == 0 then table.insert(gone, key) end
end
return gone`

/** What a jump of the clocks of both Redis servers is for every key of ours: so much less time to live. Answers what went. */
async function jump(aheadMs: number): Promise<string[]> {
  const gone: string[] = []
  const { redis, cacheRedis, prefix } = api.deps
  for (const server of [redis, cacheRedis])
    for await (const found of server.scanStream({ match: `${prefix}*`, count: 1000 })) {
      const keys = found as string[]
      if (keys.length > 0)
        gone.push(...((await server.eval(MOVE, keys.length, ...keys, aheadMs)) as string[]))
    }
  return gone
}

const me = async (cookie: string) => (await api.call('get', '/api/auth/me', cookie)).status

/** As a person at the screen: signs in again when the session is over, and repeats. */
async function insist<T extends { status: number }>(
  role: 'cashier' | 'assistant',
  send: (cookie: string) => PromiseLike<T>,
): Promise<T> {
  let answer = await send(api.as[role])
  while (answer.status === 401) answer = await send(await api.signIn(role))
  return answer
}

let made = 0

async function importPeople(rows: number): Promise<() => Promise<OperationRow>> {
  const form = new FormData()
  form.set('kind', 'patients')
  const people = Array.from({ length: rows }, (_, n) => person(made + n))
  made += rows
  form.set('file', new Blob([csvOf(people)]), 'p.csv')
  const sent = await fetch(`${api.url}/api/imports`, {
    method: 'POST',
    headers: { Cookie: await api.signIn('admin'), 'X-Requested-With': 'clinic' },
    body: form,
  })
  expect(sent.status).toBe(202)
  const { operation } = (await sent.json()) as { operation: { id: string } }
  return async () => (await findOperation(api.deps.db, operation.id)) as OperationRow
}

/** How many jobs of the imports are in a worker's hands, as Redis sees it. */
const given = () => api.deps.redis.llen(`${jobPrefix(api.deps)}:bulk:active`)

const begun = (record: () => Promise<OperationRow>) =>
  expect.poll(async () => (await record()).processed, { timeout: 120_000, interval: 20 }).toBeGreaterThan(0)

async function endsExactly(record: () => Promise<OperationRow>, rows: number): Promise<void> {
  await expect
    .poll(async () => (await record()).status, { timeout: 180_000, interval: 100 })
    .not.toMatch(/^(queued|active|waiting)$/)
  const { id, no, status, error, counts } = await record()
  expect([status, error]).toEqual(['completed', null])
  expect(counts).toMatchObject({ read: rows, inserted: rows, updated: 0, unchanged: 0, rejected: 0 })
  const { db } = api.deps
  const people = await db('patients')
    .where({ import_no: no })
    .count({ n: '*' })
    .countDistinct({ keys: 'external_id' })
    .first()
  expect([Number(people?.n), Number(people?.keys)]).toEqual([rows, rows])
  const audited = await db('audit_entries')
    .where({ action: 'imports.chunk', entity_id: id })
    .sum({ rows: db.raw("json_value(detail, '$.rows')") })
    .first()
  expect(Number(audited?.rows)).toBe(rows)
}

it('two hours ahead: sessions end, and signing in again works', async () => {
  const [cashier, assistant] = [await api.signIn('cashier'), await api.signIn('assistant')]
  expect([await me(cashier), await me(assistant)]).toEqual([200, 200])
  await jump(TWO_HOURS_MS)
  expect([await me(cashier), await me(assistant)]).toEqual([401, 401])
  expect(await me(await api.signIn('cashier'))).toBe(200)
}, 120_000)

it('two hours ahead: what was paid and who was registered is there once, under the same number', async () => {
  const cookie = await api.signIn('cashier')
  Object.assign(api.as, { cashier: cookie, assistant: await api.signIn('assistant') })
  // its helpers hold the cashier's cookie of the beginning, so the bill is made ready by hand
  const ticket = await api.ticket()
  await api.put(ticket.id, 'payment')
  const line = { version: 0, kind: 'procedure', description: 'Dressing', quantity: 1, unitPrice: '20.00' }
  const added = await api.call('post', `/api/bills/${ticket.visitId}/items`, cookie).send(line)
  expect(added.status).toBe(201)
  const { version, balance } = await api.bill(ticket.visitId, cookie)
  const [paying, registering] = [randomUUID(), randomUUID()]
  const patient = someone()
  const pay = (as: string) =>
    api.pay(
      ticket.visitId,
      [{ method: 'card', amount: '20.00' }],
      { version, balance },
      { cookie: as, key: paying },
    )
  const register = (as: string) =>
    api
      .call('post', '/api/registrations', as)
      .set('Idempotency-Key', registering)
      .send({ patient, ticket: {} })
  const tickets = async () => Number((await api.deps.db('tickets').count({ n: '*' }).first())?.n)
  const before = await tickets()
  const payments = Promise.all(Array.from({ length: CLIENTS }, () => insist('cashier', pay)))
  const registrations = Promise.all(Array.from({ length: CLIENTS }, () => insist('assistant', register)))
  await jump(TWO_HOURS_MS)
  const paid = await payments
  const registered = await registrations
  // and once more, when certainly nothing of it is left in Redis
  await jump(TWO_HOURS_MS)
  expect(await me(cookie)).toBe(401)
  paid.push(await insist('cashier', pay))
  registered.push(await insist('assistant', register))
  for (const { status, body } of paid) {
    expect(status).toBe(201)
    expect(body).toEqual(paid[0]?.body)
  }
  for (const { status, body } of registered)
    expect([status, body.ticket.id]).toEqual([201, registered[0]?.body.ticket.id])
  expect(await api.deps.db('payments').where({ visit_id: ticket.visitId })).toHaveLength(1)
  expect(await tickets()).toBe(before + 1)
}, 120_000)

it('two hours ahead: an import whose lock is lost under it is carried out once, by who is at it', async () => {
  database.setDelayMs(SLOW_MS)
  const record = await importPeople(ROWS)
  await begun(record)
  // slow enough to be still at it when the job is given out a second time
  database.setDelayMs(SLOWER_MS)
  expect(await given()).toBe(1)
  const { fence } = await record()
  const lost = await jump(TWO_HOURS_MS)
  expect(lost.filter((key) => /:bulk:.*:lock$/.test(key))).toHaveLength(1)
  // the second one looks at the operation, sees it alive in other hands, and lays the job down as done; had that
  // one been silent for too long (a busy machine), it has taken over
  const laidDown = async () => (await given()) === 0 || (await record()).fence > fence
  await expect.poll(laidDown, { timeout: 180_000, interval: 50 }).toBe(true)
  database.setDelayMs(0)
  await endsExactly(record, ROWS)
}, 400_000)

it('two hours ahead: an import whose holder is frozen goes on elsewhere, and who wakes writes nothing twice', async () => {
  database.setDelayMs(SLOW_MS)
  const record = await importPeople(ROWS)
  await begun(record)
  const { fence, worker } = await record()
  const holder = workers.find(({ pid }) => pid === Number(worker?.split(':').at(-1))) as TestProcess
  holder.signal('SIGSTOP')
  try {
    await jump(TWO_HOURS_MS)
    await expect
      .poll(async () => (await record()).fence, { timeout: 120_000, interval: 50 })
      .toBeGreaterThan(fence)
  } finally {
    holder.signal('SIGCONT')
  }
  database.setDelayMs(0)
  await endsExactly(record, ROWS)
}, 400_000)

it('two hours back: sessions do not last longer for it, and work goes on', async () => {
  const cookie = await api.signIn('cashier')
  await jump(-TWO_HOURS_MS)
  expect(await me(cookie)).toBe(200)
  const { redis, prefix, config } = api.deps
  const lasting: number[] = []
  for await (const keys of redis.scanStream({ match: `${prefix}:session:*`, count: 1000 }))
    for (const key of keys as string[]) lasting.push(await redis.pttl(key))
  // the one that was used counts its idle time anew; its absolute end is in the record, by the clock of the API
  expect(Math.min(...lasting)).toBeLessThanOrEqual(config.SESSION_IDLE_MIN * 60_000)
  await endsExactly(await importPeople(ROWS_BACK), ROWS_BACK)
}, 180_000)
