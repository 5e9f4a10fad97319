import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Crowd, issueMany, startCrowd } from './testing.ts'

const CERTIFICATES = 1000
const CLIENTS = 30

let crowd: Crowd

beforeAll(async () => {
  crowd = await startCrowd()
}, 120_000)
afterAll(() => crowd.close())

it('1,000 certificates by 30 clients over two processes, connections killed: each once, without gaps, in order', async () => {
  const stop = new AbortController()
  const killed = crowd.killConnections(stop.signal)
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
