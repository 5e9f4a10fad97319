import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { cancelOperation, retryOperation } from '../../../shared/operations/commands.ts'
import { claimOperation } from '../../../shared/operations/lifecycle.ts'
import { type TestDeps, testDeps } from '../../../shared/testing/harness.ts'
import { beforeEachWrite, type ImportRig, importRig } from '../testing.ts'
import { ask, expectMergedOnce, importTwins, NOBODY, statuses } from './testing.ts'

const PAIRS = 23
let deps: TestDeps
let rig: ImportRig
let id: string
beforeAll(async () => {
  deps = await testDeps()
})
beforeEach(async () => {
  await deps.emptyTables()
  await rig?.close()
  rig = importRig(deps)
  ;({ id } = await importTwins(rig, PAIRS))
})
afterAll(async () => {
  await rig.close()
  await deps.close()
})

/** Another worker takes over while the next piece is about to be written. */
async function takenOver() {
  // the holder lives, and may say so in between
  do await deps.db('operations').where({ id }).update({ heartbeat_at: '2026-01-01 00:00:00' })
  while ((await claimOperation(deps, id, 'another')).hold === null)
  await deps.db('operations').where({ id }).update({ heartbeat_at: null, barren_starts: 0 })
}
const again = async () => {
  await rig.close()
  rig = importRig(deps)
}

describe('looking for duplicates', () => {
  it('taken over before each piece ends as one run does, with each pair once', async () => {
    await ask(deps, rig, id)
    for (let starts = 0; starts < 2; starts++) {
      beforeEachWrite(rig, async (n) => {
        if (n === 1 + starts) await takenOver()
      })
      expect(await rig.run(id)).toEqual({ end: 'fenced' })
      await again()
    }
    expect(await rig.run(id)).toEqual({ end: 'done' })
    expect(await rig.record(id)).toMatchObject({ status: 'needs_review', percent: '100.00' })
    expect(await statuses(deps)).toEqual({ open: PAIRS })
  })
})

describe('putting them together', () => {
  beforeEach(async () => {
    await ask(deps, rig, id)
    await rig.run(id)
    await ask(deps, rig, id, { all: { decision: 'merge', minScore: 90 } })
  })

  it('taken over again and again does each merge once', async () => {
    for (let starts = 0; starts < 4; starts++) {
      beforeEachWrite(rig, async (n) => {
        if (n === 2) await takenOver()
      })
      expect(await rig.run(id)).toEqual({ end: 'fenced' })
      await again()
    }
    expect((await statuses(deps)).merged).toBe(20)
    expect(await rig.run(id)).toEqual({ end: 'done' })
    expect(await rig.record(id)).toMatchObject({ status: 'completed', phase: null, percent: '100.00' })
    await expectMergedOnce(deps, PAIRS)
  })

  it('stops at the piece when it is cancelled, and tried again goes on with the rest', async () => {
    beforeEachWrite(rig, async (n) => {
      if (n === 3) await cancelOperation(deps, id, NOBODY)
    })
    expect(await rig.run(id)).toEqual({ end: 'cancelled' })
    expect(await rig.record(id)).toMatchObject({ status: 'cancelled', processed: 10, total: PAIRS })
    expect(await statuses(deps)).toEqual({ merged: 10, open: PAIRS - 10 })
    await expect(ask(deps, rig, id)).rejects.toMatchObject({ code: 'state/conflict' })
    await again()
    expect(await retryOperation(deps, rig.services.queues, id, NOBODY)).toMatchObject({ status: 'queued' })
    expect(await rig.run(id)).toEqual({ end: 'done' })
    expect(await rig.record(id)).toMatchObject({ status: 'completed' })
    await expectMergedOnce(deps, PAIRS)
  })
})

it('decisions pair by pair survive a cancel, and are carried out by the next try', async () => {
  await ask(deps, rig, id)
  await rig.run(id)
  const pairs = await deps.db('import_duplicates').orderBy('id').pluck('id')
  const decisions = pairs.map((pair) => ({
    pair: String(pair),
    decision: 'merge',
    importedVersion: 1,
    existingVersion: 1,
  }))
  await ask(deps, rig, id, { decisions })
  expect(await statuses(deps)).toEqual({ ordered: PAIRS })
  await cancelOperation(deps, id, NOBODY)
  await retryOperation(deps, rig.services.queues, id, NOBODY)
  await rig.run(id)
  await expectMergedOnce(deps, PAIRS)
})
