import { afterAll, beforeAll, expect, it } from 'vitest'
import { killConnections } from '../../shared/testing/kill-connections.ts'
import { type Crowd, issueMany, startCrowd } from './testing.ts'

const CERTIFICATES = 1000
const CLIENTS = 30
const KILL_EVERY_MS = 100

let crowd: Crowd

beforeAll(async () => {
  crowd = await startCrowd()
}, 120_000)
afterAll(() => crowd.close())

it('1,000 certificates by 30 clients over two processes, connections killed: each once, without gaps, in order', async () => {
  const stop = new AbortController()
  const killed = killConnections(crowd.deps.database, KILL_EVERY_MS, stop.signal)
  try {
    await issueMany(crowd, CERTIFICATES, CLIENTS)
  } finally {
    stop.abort()
  }
  expect(await killed).toBeGreaterThan(0)
  expect(await crowd.deps.db('audit_entries').where({ action: 'certificates.issue' })).toHaveLength(
    CERTIFICATES,
  )
}, 180_000)
