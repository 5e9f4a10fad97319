import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { cancelOperation, retryOperation } from '../../shared/operations/commands.ts'
import { claimOperation, completeOperation, handBack, heartbeat } from '../../shared/operations/lifecycle.ts'
import { type TestDeps, testDeps } from '../../shared/testing/harness.ts'
import { csvOf, person } from '../../shared/testing/people.ts'
import { beforeEachWrite, type ImportRig, importRig } from '../imports/testing.ts'

const NOBODY = { principal: null }
const RACES = 40
let deps: TestDeps
let rig: ImportRig

beforeAll(async () => {
  deps = await testDeps({ IMPORT_CHUNK_ROWS: 10 })
})
beforeEach(async () => {
  await deps.emptyTables()
  await rig?.close()
  rig = importRig(deps)
})
afterAll(async () => {
  await rig.close()
  await deps.close()
})

/** Runs two things at once, one of them a little earlier; `wholly`: not before the other has ended. */
async function headStart<A, B>(
  firstLeads: boolean,
  wholly: boolean,
  first: () => Promise<A>,
  second: () => Promise<B>,
): Promise<[A, B]> {
  const after = (other: Promise<unknown>) => (wholly ? other : sleep(Math.random() * 4))
  if (firstLeads) {
    const lead = first()
    return Promise.all([lead, after(lead).then(second)])
  }
  const lead = second()
  return Promise.all([after(lead).then(first), lead])
}

/** Makes the holder look silent, and takes over. */
async function takeOver(id: string, worker = 'another') {
  await deps.db('operations').where({ id }).update({ heartbeat_at: '2026-01-01 00:00:00' })
  return claimOperation(deps, id, worker)
}
const silence = (id: string) => deps.db('operations').where({ id }).update({ heartbeat_at: null })

const ROWS = 50
const file = { text: csvOf(Array.from({ length: ROWS }, (_, i) => person(i))) }
const names = async () => (await deps.db('patients').orderBy('id').pluck('external_id')) as string[]
const everybody = Array.from({ length: ROWS }, (_, i) => person(i).external_id)
async function expectAll(id: string): Promise<void> {
  expect(await rig.record(id)).toMatchObject({ status: 'completed', percent: '100.00', processed: ROWS })
  expect((await rig.record(id)).counts).toMatchObject({ read: ROWS, inserted: ROWS, rejected: 0 })
  expect((await names()).sort()).toEqual(everybody)
}

describe('a take-over', () => {
  it('raises the fence, and whoever was shut out writes nothing more', async () => {
    const { id } = await rig.request(file)
    let claimed: Promise<unknown> | undefined
    beforeEachWrite(rig, async (n) => {
      if (n === 3) claimed = takeOver(id)
      await claimed
    })
    expect(await rig.run(id)).toEqual({ end: 'fenced' })
    expect(await rig.record(id)).toMatchObject({
      status: 'active',
      worker: 'another',
      fence: 2,
      processed: 20,
    })
    expect(await names()).toHaveLength(20)
    await silence(id)
    expect(await rig.run(id)).toEqual({ end: 'done' })
    await expectAll(id)
  })

  it('by a second bell does not happen while the holder lives', async () => {
    const { id } = await rig.request(file)
    beforeEachWrite(rig, async (n) => {
      if (n === 2) expect(await claimOperation(deps, id, 'another')).toEqual({ hold: null, status: 'active' })
    })
    expect(await rig.run(id)).toEqual({ end: 'done' })
    await expectAll(id)
  })

  it('while a silent one still runs: the second goes on, every row once', async () => {
    const { id } = await rig.request(file)
    const other = importRig(deps)
    let second: Promise<unknown> | undefined
    beforeEachWrite(rig, async (n) => {
      if (n !== 2) return
      await silence(id)
      second = other.run(id)
      while ((await rig.record(id)).fence < 2);
    })
    const first = await rig.run(id)
    expect(await second).toEqual({ end: 'done' })
    expect(first).toEqual({ end: 'fenced' })
    await other.close()
    await expectAll(id)
  })

  it('after the end finds nothing to do', async () => {
    const { id } = await rig.import(file)
    expect(await rig.run(id)).toEqual({ end: 'nothing-to-do' })
    await expectAll(id)
  })
})

describe('an operation that gets nowhere', () => {
  it('is given up after three starts without a checkpoint', async () => {
    const { id } = await rig.request(file)
    for (let i = 0; i < 3; i++) await takeOver(id, `worker ${i}`)
    await silence(id)
    expect(await rig.run(id)).toEqual({ end: 'nothing-to-do' })
    expect(await rig.record(id)).toMatchObject({
      status: 'failed',
      error: { code: 'operation/no-progress' },
    })
    await retryOperation(deps, rig.services.queues, id, NOBODY)
    expect(await rig.run(id)).toEqual({ end: 'done' })
    await expectAll(id)
  })

  it('is not given up when every start gets a little further', async () => {
    const { id } = await rig.request(file)
    for (let starts = 0; starts < 4; starts++) {
      beforeEachWrite(rig, async (n) => {
        if (n === 2) await takeOver(id)
      })
      expect(await rig.run(id)).toEqual({ end: 'fenced' })
      await rig.close()
      rig = importRig(deps)
      await deps.db('operations').where({ id }).update({ barren_starts: 1, heartbeat_at: null })
    }
    expect((await rig.record(id)).processed).toBe(40)
    await rig.run(id)
    await expectAll(id)
  })

  it('fails at once when its file is gone', async () => {
    const { id, file_path } = await rig.request(file)
    await rm(file_path as string)
    expect(await rig.run(id)).toEqual({ end: 'failed', code: 'operation/file-gone' })
    expect(await rig.record(id)).toMatchObject({ status: 'failed', attempts: 1 })
  })
})

describe('a shutdown', () => {
  it('stops after the chunk, uses up no attempt and no start, and the next one goes on', async () => {
    const { id } = await rig.request(file)
    beforeEachWrite(rig, async (n) => {
      if (n === 2) rig.runs.stopAll('shutdown')
    })
    const run = await rig.run(id)
    if (run.end !== 'shutdown' || run.hold === null) throw new Error(`ended as ${run.end}`)
    await handBack(deps, run.hold)
    const given = await rig.record(id)
    expect(given).toMatchObject({ attempts: 0, barren_starts: 0, heartbeat_at: null, worker: null })
    expect(given.processed).toBe(20)
    expect(await rig.run(id)).toEqual({ end: 'shutdown', hold: null })
    await rig.close()
    rig = importRig(deps)
    expect(await rig.run(id)).toEqual({ end: 'done' })
    expect(await rig.record(id)).toMatchObject({ attempts: 1 })
    await expectAll(id)
  })
})

describe('a cancel', () => {
  it('of a waiting operation ends it at once', async () => {
    const { id } = await rig.request(file)
    expect(await cancelOperation(deps, id, NOBODY)).toMatchObject({ status: 'cancelled' })
    expect(await rig.run(id)).toEqual({ end: 'nothing-to-do' })
    await expect(cancelOperation(deps, id, NOBODY)).rejects.toMatchObject({ code: 'state/conflict' })
    expect(await names()).toEqual([])
  })

  it('of a running one stops it at the chunk; tried again it goes on with exact counts and rising percent', async () => {
    const { id } = await rig.request(file)
    beforeEachWrite(rig, async (n) => {
      if (n === 3) await cancelOperation(deps, id, NOBODY)
    })
    expect(await rig.run(id)).toEqual({ end: 'cancelled' })
    const stopped = await rig.record(id)
    expect(stopped).toMatchObject({ status: 'cancelled', processed: 20 })
    expect(stopped.counts).toMatchObject({ read: 20, inserted: 20 })
    expect(await names()).toHaveLength(20)
    expect(await retryOperation(deps, rig.services.queues, id, NOBODY)).toMatchObject({ status: 'queued' })
    await rig.close()
    rig = importRig(deps)
    const seen: number[] = [Number(stopped.percent)]
    beforeEachWrite(rig, async () => void seen.push(Number((await rig.record(id)).percent)))
    expect(await rig.run(id)).toEqual({ end: 'done' })
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
    await expectAll(id)
  })

  it('of one whose worker is dead ends it with the next start', async () => {
    const { id } = await rig.request(file)
    await claimOperation(deps, id, 'dead')
    await silence(id)
    await cancelOperation(deps, id, NOBODY)
    expect(await rig.run(id)).toEqual({ end: 'nothing-to-do' })
    expect(await rig.record(id)).toMatchObject({ status: 'cancelled' })
  })

  it('racing completion leaves one end that all agree on', async () => {
    const ends = new Set<string>()
    for (let i = 0; i < RACES; i++) {
      const { id } = await rig.request({ text: '' })
      const { hold } = await claimOperation(deps, id, 'racer')
      if (hold === null) throw new Error('not claimed')
      const complete = () => completeOperation(deps, hold, {})
      const cancel = () =>
        cancelOperation(deps, id, NOBODY).then(
          (row) => row.status,
          (error) => error.code as string,
        )
      // neither side is always the quicker one: each gets a head start in turn, and all of it in the first two races
      const [ended, cancelled] = await headStart(i % 2 === 1, i < 2, complete, cancel)
      const { status } = await rig.record(id)
      ends.add(status)
      expect(ended).toBe(status)
      expect(cancelled).toBe(status === 'completed' ? 'state/conflict' : 'active')
      const told = await deps
        .db('outbox_events')
        .whereIn('type', ['operation.completed', 'operation.cancelled'])
      const own = told.filter((event) => event.body.body.entity.id === id).map((event) => event.type)
      expect(own).toEqual([`operation.${status}`])
      await deps.db('outbox_events').delete()
    }
    expect([...ends].sort()).toEqual(['cancelled', 'completed'])
  })
})

it('a completion whose answer was lost is still a completion the second time', async () => {
  const { id } = await rig.request(file)
  const { hold } = await claimOperation(deps, id, 'worker')
  if (hold === null) throw new Error('not claimed')
  expect(await completeOperation(deps, hold, {})).toBe('completed')
  expect(await completeOperation(deps, hold, {})).toBe('completed')
  expect(await heartbeat(deps, hold)).toBe('fenced')
  expect(await completeOperation(deps, { ...hold, fence: 99 }, {})).toBe('fenced')
})
