import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { verifyAudit } from '../../shared/audit/verify.ts'
import { FAULTS, torment } from './storm/faults/testing.ts'
import {
  deskWork,
  importWork,
  type Screen,
  screenWork,
  strangerWork,
  type Told,
} from './storm/people/testing.ts'
import {
  CANARY,
  clientsOf,
  explained,
  type Held,
  heldBy,
  printedBy,
  type Storm,
  startStorm,
  untilReady,
} from './storm/testing.ts'

/** Every kind of fault once, about five minutes. `STORM_FAULTS=150` is half an hour. */
const TIMES = Number(process.env.STORM_FAULTS ?? Object.keys(FAULTS).length)
const PAUSE_MS = 4_000
const DESKS = 4
const IMPORT_ROWS = 5_000
/** All is well again so soon after the last fault. */
const CALM_MS = 180_000
const MORE_FILES = 8

let storm: Storm
beforeAll(async () => {
  storm = await startStorm()
})
afterAll(() => storm?.stop())

const told: Told = { tickets: new Map(), receipts: new Map(), imports: [] }
const screens: Screen[] = [0, 1].map(() => ({ tickets: new Set(), resets: 0 }))
const count = async (table: string, where: Record<string, unknown> = {}) =>
  Number((await storm.db(table).where(where).count({ n: '*' }).first())?.n)

it(
  'faults of every kind at random, while people write and pay, imports run and screens follow: everything holds',
  async () => {
    const stop = new AbortController()
    const end = new AbortController()
    // one round of work in peace, so that what is open at rest is known
    const warm = new AbortController()
    const warming = [0, 1].map((n) => deskWork(storm, told, 100 + n, warm.signal))
    await expect.poll(() => told.receipts.size, { timeout: CALM_MS }).toBeGreaterThan(20)
    warm.abort()
    await Promise.all(warming)
    await expect.poll(() => isIdle(), { timeout: CALM_MS, interval: 500 }).toEqual([])
    const before = { held: await heldBy(storm), jobs: await clientsOf(storm.jobs) }

    const work = [
      ...Array.from({ length: DESKS }, (_, n) => deskWork(storm, told, n, stop.signal)),
      importWork(storm, told, IMPORT_ROWS, stop.signal),
      strangerWork(storm, stop.signal),
    ]
    const watching = screens.map((screen) => screenWork(storm, screen, end.signal))
    const happened = await torment(storm, TIMES, PAUSE_MS)
    expect(happened).toHaveLength(TIMES)
    await untilReady(storm, CALM_MS)
    stop.abort()
    await Promise.all(work)
    await untilReady(storm, CALM_MS)

    await everythingIsExact()
    const all = [...told.tickets.values()]
    for (const screen of screens)
      await expect.poll(() => all.filter((id) => !screen.tickets.has(id)), { timeout: CALM_MS }).toEqual([])
    end.abort()
    await Promise.all(watching)
    await nothingIsLeft(before)
    expect(explained(storm)).toEqual([])
    expect(printedBy(storm)).not.toContain(CANARY)
    const highest = [...storm.highestRss].map(
      ([kind, bytes]) => `${kind} ${Math.round(bytes / 1024 ** 2)} MB`,
    )
    console.warn(
      `${happened.length} faults, ${told.tickets.size} tickets, ${told.receipts.size} payments, ` +
        `${told.imports.length} imports, ${screens.map(({ resets }) => resets)} resets; at most ${highest}`,
    )
  },
  60 * 60_000,
)

/** INV-1, 2, 4, 5, 11: the database says what was answered, each once, with its entry. */
async function everythingIsExact(): Promise<void> {
  await expect.poll(() => count('outbox_events'), { timeout: CALM_MS, interval: 200 }).toBe(0)
  const tickets = await storm.db('tickets').orderBy('no').select('id', 'no', 'number')
  expect(tickets.map(({ no }) => no)).toEqual(Array.from({ length: tickets.length }, (_, n) => n + 1))
  expect(new Map(tickets.map(({ number, id }) => [number, String(id)]))).toEqual(told.tickets)
  expect(await count('audit_entries', { action: 'patients.register' })).toBe(told.tickets.size)

  const payments = await storm.db('payments').orderBy('no').select('no', 'number', 'visit_id', 'amount_sen')
  expect(payments.map(({ no }) => no)).toEqual(Array.from({ length: payments.length }, (_, n) => n + 1))
  expect(new Map(payments.map(({ number, visit_id }) => [String(visit_id), number]))).toEqual(told.receipts)
  for (const { amount_sen } of payments) expect(amount_sen).toBe(100)

  const operations = await storm.db('operations').select('id', 'status', 'counts')
  expect(new Set(operations.map(({ id }) => id))).toEqual(new Set(told.imports))
  for (const { status, counts, id } of operations) {
    expect([id, status]).toEqual([id, 'completed'])
    expect(counts).toMatchObject({ read: IMPORT_ROWS, inserted: IMPORT_ROWS })
  }
  expect(await count('patients')).toBe(told.tickets.size + told.imports.length * IMPORT_ROWS)
  const sealed = () =>
    storm
      .db('audit_entries as e')
      .leftJoin('audit_sealed as s', 's.audit_id', 'e.id')
      .whereNull('s.audit_id')
      .count({ n: '*' })
      .first()
  await expect.poll(async () => Number((await sealed())?.n), { timeout: CALM_MS, interval: 500 }).toBe(0)
  expect(await verifyAudit({ db: storm.db, clock: { now: () => new Date() } })).toMatchObject({ ok: true })
}

/** What is still in use of what has to be free at rest. */
async function isIdle(): Promise<Held[]> {
  const held = await heldBy(storm)
  return held.filter(({ poolUsed, streams }) => !(poolUsed <= 1 && streams === 0))
}

/** INV-8: pools free, streams closed, files and clients as before, no file of an import that has ended. */
async function nothingIsLeft(before: { held: Held[]; jobs: number }): Promise<void> {
  await expect.poll(() => isIdle(), { timeout: CALM_MS, interval: 500 }).toEqual([])
  const tooMany = async () => {
    const [held, jobs] = [await heldBy(storm), await clientsOf(storm.jobs)]
    const files = held.flatMap(({ files }, n) =>
      files > (before.held[n]?.files ?? 0) * 1.05 + MORE_FILES
        ? [{ place: n, files, before: before.held[n] }]
        : [],
    )
    return [...files, ...(jobs > before.jobs * 1.05 + MORE_FILES ? [{ jobs, before: before.jobs }] : [])]
  }
  await expect.poll(tooMany, { timeout: CALM_MS, interval: 1_000 }).toEqual([])
  // whoever is killed may leave a file to the daily tidying up; who is not leaves none
  const calm = new AbortController()
  const last = importWork(storm, told, IMPORT_ROWS, calm.signal)
  calm.abort()
  await last
  const id = told.imports.at(-1) as string
  const { file_path } = await storm.db('operations').where({ id }).first('file_path')
  const work = join(storm.places[0]?.env.DATA_DIR as string, 'work', id)
  const leftovers = () => [file_path, work].filter((path) => path !== null && existsSync(path))
  await expect.poll(leftovers, { timeout: CALM_MS, interval: 500 }).toEqual([])
}
