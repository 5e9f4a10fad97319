import { createServer, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { parseConfig } from '../config/config.ts'
import { type TestDeps, testDeps } from '../testing/harness.ts'
import { connectDatabase, type DatabaseOptions } from './connect.ts'

let deps: TestDeps
const ends: (() => unknown)[] = []
beforeAll(async () => {
  deps = await testDeps()
})
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})
afterAll(() => deps.close())

const SHORT_MS = 200
/** Far beyond any limit here: what takes so long never ends. */
const LONG_MS = 120_000

function pool(over: Partial<DatabaseOptions> = {}) {
  const made = connectDatabase({
    url: deps.config.DATABASE_URL,
    poolMax: 2,
    connectTimeoutMs: LONG_MS,
    idleTimeoutMs: LONG_MS,
    statementTimeoutMs: LONG_MS,
    ...over,
  })
  ends.push(() => made.destroy())
  return made
}

async function silentServer(): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => void sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ends.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `mysql://nobody:nothing@127.0.0.1:${(server.address() as { port: number }).port}/none`
}

it('are ten seconds for a connection and sixty for an idle one, unless set otherwise', () => {
  const { DATABASE_URL, REDIS_URL, CACHE_REDIS_URL } = deps.config
  const config = parseConfig({ DATABASE_URL, REDIS_URL, CACHE_REDIS_URL })
  expect([config.DB_CONNECT_TIMEOUT_MS, config.DB_IDLE_TIMEOUT_MS]).toEqual([10_000, 60_000])
})

it('end the wait for a server that takes the connection and never says a word', async () => {
  const db = pool({ url: await silentServer(), connectTimeoutMs: SHORT_MS })
  await expect(db.raw('select 1')).rejects.toThrow(/timeout|ETIMEDOUT/i)
})

it('end the wait for a connection that somebody else holds, and serve again when it is back', async () => {
  const db = pool({ poolMax: 1, connectTimeoutMs: SHORT_MS * 10 })
  const held = await db.client.acquireConnection()
  await expect(db.raw('select 1')).rejects.toThrow(/timeout/i)
  await db.client.releaseConnection(held)
  await expect(db.raw('select 1')).resolves.toBeDefined()
})

it('close every connection that stands idle, none is kept back', async () => {
  const db = pool({ idleTimeoutMs: SHORT_MS })
  const idOf = async (): Promise<number> => {
    const [[row]] = (await db.raw('select connection_id() as id, sleep(0.1)')) as [[{ id: number }]]
    return Number(row.id)
  }
  const ids = [...new Set(await Promise.all([idOf(), idOf()]))]
  const open = () =>
    deps.db
      .select('id')
      .from('information_schema.processlist')
      .whereIn('id', ids)
      .then((rows) => rows.length)
  await expect.poll(open, { timeout: 60_000 }).toBe(0)
  expect(db.client.pool.numFree()).toBe(0)
  // and the next question opens a new one
  expect(ids).not.toContain(await idOf())
})
