import { Worker } from 'bullmq'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { closeQueues, type JobQueues, jobPrefix, openQueues } from '../jobs/queues.ts'
import { connectForBlocking } from '../redis/connect.ts'
import { type TestDeps, testDeps } from '../testing/harness.ts'
import { requestOperation } from './commands.ts'
import { claimOperation } from './lifecycle.ts'
import { sweepOnce, underLock } from './sweep.ts'

let deps: TestDeps
let queues: JobQueues

beforeAll(async () => {
  deps = await testDeps()
  queues = openQueues(deps)
})
beforeEach(async () => {
  await deps.emptyTables()
  await queues.bulk.obliterate({ force: true })
})
afterAll(async () => {
  await closeQueues(queues)
  await deps.close()
})

async function queued(): Promise<string> {
  const request = { type: 'import' as const, kind: 'patients', params: {} }
  const { row } = await requestOperation(deps, queues, request, { principal: null })
  await deps.db('operations').where({ id: row.id }).update({ created_at: '2026-01-01 00:00:00' })
  return row.id
}
const waiting = () => queues.bulk.getWaiting().then((jobs) => jobs.map((job) => job.data.operationId))
const ago = (id: string, seconds: number | null) =>
  deps
    .db('operations')
    .where({ id })
    .update({
      heartbeat_at: seconds === null ? null : deps.db.raw('utc_timestamp(3) - interval ? second', [seconds]),
    })

describe('the sweeper', () => {
  it('leaves alone what waits for a worker', async () => {
    await queued()
    expect(await sweepOnce(deps, queues)).toBe(0)
  })

  it('rings again for queued operations whose jobs are lost: removed, finished before, or all of them', async () => {
    const ids = [await queued(), await queued(), await queued()]
    await queues.bulk.obliterate({ force: true })
    expect(await sweepOnce(deps, queues)).toBe(3)
    expect((await waiting()).sort()).toEqual([...ids].sort())
    expect(await sweepOnce(deps, queues)).toBe(0)
  })

  it('is not taken in by a finished job of the same number', async () => {
    const id = await queued()
    const connection = connectForBlocking(deps.config.REDIS_URL, 'test')
    const worker = new Worker('bulk', null, { connection, prefix: jobPrefix(deps), autorun: false })
    const job = await worker.getNextJob('token')
    await job?.moveToCompleted({}, 'token', false)
    await worker.close()
    connection.disconnect()
    expect(await sweepOnce(deps, queues)).toBe(1)
    expect(await waiting()).toEqual([id])
  })

  it('rings for a holder that is silent, once, and not for one that is alive', async () => {
    const id = await queued()
    await claimOperation(deps, id, 'worker')
    await queues.bulk.obliterate({ force: true })
    expect(await sweepOnce(deps, queues)).toBe(0)
    await ago(id, 7)
    expect(await sweepOnce(deps, queues)).toBe(1)
    expect(await sweepOnce(deps, queues)).toBe(0)
    expect(await waiting()).toEqual([id])
  })

  it('rings for an operation that was handed back and whose job is lost', async () => {
    const id = await queued()
    await claimOperation(deps, id, 'worker')
    await ago(id, null)
    await queues.bulk.obliterate({ force: true })
    expect(await sweepOnce(deps, queues)).toBe(1)
  })

  it('works in one process at a time', async () => {
    let inside = 0
    let most = 0
    const work = async () => {
      most = Math.max(most, ++inside)
      await new Promise((resolve) => setTimeout(resolve, 20))
      inside--
      return 'done'
    }
    const all = await Promise.all([1, 2, 3, 4].map(() => underLock(deps, `${deps.prefix}:t`, work)))
    expect(most).toBe(1)
    expect(all).toContain('done')
  })
})
