import { parse } from 'csv-parse/sync'
import ExcelJS from 'exceljs'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type BillingApi, startBillingApi } from '../../api/billing/testing.ts'
import { bumpGenerations } from '../../shared/cache/invalidate.ts'
import { REPORTS } from '../../shared/reports/registry.ts'
import { type Principal, permissionsOf, type Role } from '../../shared/rights/permissions.ts'
import type { ReportName } from '../../shared/rights/results.ts'
import { clinicDay } from '../../shared/units/dates.ts'
import { type FileRig, fileRig } from '../files/testing.ts'

let api: BillingApi
let rig: FileRig
const today = clinicDay()
const period = { from: today, to: today }

interface Answer {
  rows: Record<string, string | number | null>[]
  totals: Record<string, string | number | null> | null
}

beforeAll(async () => {
  api = await startBillingApi()
  rig = fileRig(api.deps)
})
afterAll(async () => {
  await rig.close()
  await api.close()
})

const json = async (report: ReportName, params: Record<string, unknown>, by: Principal | null = null) =>
  JSON.parse((await rig.file('report', report, { params, format: 'json' }, by)).toString()) as Answer

async function principal(role: Role, username: string = role): Promise<Principal> {
  const userId = await api.user(role, username)
  return { userId, username, name: username, role, permissions: permissionsOf(role, []) }
}

const sen = (rm: unknown) => Math.round(Number(rm) * 100)

describe('money', () => {
  beforeAll(async () => {
    for (const [rm, method] of [
      ['45.00', 'card'],
      ['12.50', 'card'],
      ['30.00', 'ewallet'],
    ] as const) {
      const { visitId } = await api.payable(rm)
      await api.paid(visitId, [{ method, amount: rm }])
    }
  })

  it('is what the tenders add up to, by method and in all', async () => {
    const { rows, totals } = await json('daily-collection', period)
    const direct = (await api.deps
      .db('payment_tenders')
      .groupBy('method')
      .select('method')
      .sum({ sum: 'amount_sen' })) as unknown as { method: string; sum: string }[]
    for (const { method, sum } of direct) {
      const own = rows.filter((row) => row.method === method)
      expect(own.reduce((all, row) => all + sen(row.amount), 0)).toBe(Number(sum))
    }
    expect(totals?.amount).toBe('87.50')
    expect(totals?.receipts).toBe(3)
  })

  it.each(['day', 'month', 'doctor', 'method'])('by %s is the same sum', async (by) => {
    const { rows, totals } = await json('revenue', { ...period, by })
    expect(rows.length).toBeGreaterThan(0)
    expect(totals?.amount).toBe('87.50')
  })

  it('is a cashier’s own only, whoever else took money in', async () => {
    const { totals } = await json('daily-collection', period, await principal('cashier'))
    expect(totals?.amount).toBe('87.50')
    const other = await json('daily-collection', period, await principal('cashier', 'second'))
    expect(other.rows).toEqual([])
  })

  it('asked for again is the same file until somebody writes', async () => {
    const ask = { params: period, format: 'csv' }
    const made = async () => {
      const { id } = await rig.request('report', 'daily-collection', ask)
      await rig.run(id)
      return id
    }
    const statements = async (id: Promise<string>) => {
      const seen: string[] = []
      const listen = ({ sql }: { sql: string }) => void seen.push(sql)
      api.deps.db.on('query', listen)
      await id
      api.deps.db.removeListener('query', listen)
      return seen.filter((sql) => sql.includes('reports.collection')).length
    }
    const first = await made()
    const again = made()
    expect(await statements(again)).toBe(0)
    expect(await rig.bytes(await again)).toEqual(await rig.bytes(first))
    await bumpGenerations(api.deps, ['billing'])
    expect(await statements(made())).toBe(1)
  })
})

describe('times', () => {
  beforeEach(() => api.deps.db('tickets').update({ status: 'cancelled' }))

  it('are the medians and nine tenths of the tickets', async () => {
    const waited = [60, 120, 180, 240, 1200]
    const consulted = [300, 360, null, 420, 600]
    for (const [n, waited_s] of waited.entries()) {
      const { id } = await api.ticket()
      await api.deps
        .db('tickets')
        .where({ id })
        .update({
          waited_s,
          consulted_s: consulted[n] ?? null,
          status: 'completed',
          created_at: `${today} 01:30:00`,
        })
    }
    const { rows } = await json('waiting', period)
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({ hour: '09', tickets: 5, waitMedian: 3, consultMedian: 6.5 })
    // between the fourth and the fifth of five, at 0.9 x 4 = 3.6
    expect(rows[0]?.wait90).toBeCloseTo((240 + 0.6 * (1200 - 240)) / 60, 1)
  })
})

it('visits are counted with those that are a patient’s first', async () => {
  const { rows, totals } = await json('visits', period)
  const [direct] = await api.deps.db('visits').where({ visited_on: today }).count({ n: '*' })
  expect(rows.reduce((sum, row) => sum + Number(row.visits), 0)).toBe(Number(direct?.n))
  expect(totals?.newPatients).toBe(totals?.visits)
})

it('diagnoses are counted by code and by chapter', async () => {
  const { db } = api.deps
  const ids = (await db('visits').limit(3).pluck('id')) as string[]
  const of = (visit_id: string, position: number, code: string) => ({
    visit_id,
    position,
    code,
    is_primary: position === 1,
  })
  const codes = [
    of(ids[0] as string, 1, 'J06.9'),
    of(ids[1] as string, 1, 'J06.9'),
    of(ids[1] as string, 2, 'A09'),
  ]
  await db('diagnoses').insert(codes)
  const byCode = await json('diagnoses', period)
  expect(byCode.rows.map(({ code, diagnoses }) => [code, diagnoses])).toEqual([
    ['J06.9', 2],
    ['A09', 1],
  ])
  const byChapter = await json('diagnoses', { ...period, by: 'chapter' })
  expect(byChapter.rows.map(({ code, diagnoses }) => [code, diagnoses])).toEqual([
    ['J00-J99', 2],
    ['A00-B99', 1],
  ])
})

it('stock is worth what lies there', async () => {
  const { db } = api.deps
  const [id] = await db('medications').insert({
    sku: 'PCM',
    generic_name: 'Paracetamol',
    unit: 'tablet',
    selling_price: '0.50',
    cost_price: '0.20',
  })
  const batch = { medication_id: id, received_at: `${today} 00:00:00` }
  await db('stock_batches').insert([
    { ...batch, batch_no: 'A', expires_on: '2020-01-31', on_hand: 10, cost_sen: 15 },
    { ...batch, batch_no: 'B', expires_on: '2099-01-31', on_hand: 100, cost_sen: null },
    { ...batch, batch_no: 'C', expires_on: '2099-01-31', on_hand: 0, cost_sen: 15 },
  ])
  const all = await json('stock', {}, await principal('pharmacist'))
  expect(all.rows.map(({ batch: no, value }) => [no, value])).toEqual([
    ['A', '1.50'],
    ['B', '20.00'],
  ])
  expect(all.totals?.value).toBe('21.50')
  expect((await json('stock', { expiringWithinDays: 90 })).rows).toHaveLength(1)
})

it('a list longer than a page has every row once', async () => {
  const rows = Array.from({ length: 2500 }, (_, n) => ({
    uid: `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`,
    at: `${today} 00:00:00`,
    action: 'patients.read',
    outcome: 'ok',
    patient_id: 4711,
    username: `=user${n}`,
  }))
  for (let at = 0; at < rows.length; at += 500)
    await api.deps.db('audit_entries').insert(rows.slice(at, at + 500))
  const ask = { params: { ...period, patientId: '4711' }, format: 'csv' }
  const found = parse(await rig.file('report', 'patient-access', ask), { columns: true, bom: true }) as {
    User: string
  }[]
  expect(found.map(({ User }) => User)).toEqual(rows.map(({ username }) => `'${username}`))
})

const PARAMS: Readonly<Partial<Record<ReportName, Record<string, unknown>>>> = {
  stock: {},
  'panel-statement': { panelId: '1', month: today.slice(0, 7) },
  'patient-access': { ...period, patientId: '1' },
}

it.each(Object.keys(REPORTS) as ReportName[])(
  '%s comes in every format and both languages',
  async (report) => {
    const params = PARAMS[report] ?? period
    for (const language of ['en', 'ms'] as const) {
      const ask = (format: string) => rig.file('report', report, { params, format, language })
      expect((await ask('pdf')).subarray(0, 5).toString()).toBe('%PDF-')
      const book = new ExcelJS.Workbook()
      await book.xlsx.load((await ask('xlsx')) as never)
      expect(book.worksheets[0]?.getRow(1).cellCount).toBe(REPORTS[report].columns.length)
      expect((await ask('csv')).subarray(0, 3).toString('hex')).toBe('efbbbf')
    }
    JSON.parse((await rig.file('report', report, { params, format: 'json' })).toString())
  },
)

it('whose asker lost the right in the meantime fails', async () => {
  const by = await principal('pharmacist', 'leaving')
  const { id } = await rig.request('report', 'stock', { params: {}, format: 'json' }, by)
  await api.deps.db('users').where({ id: by.userId }).update({ active: false })
  expect(await rig.run(id)).toEqual({ end: 'failed', code: 'auth/forbidden' })
})
