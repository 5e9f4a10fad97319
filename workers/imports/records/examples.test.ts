import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { getPatientHistory } from '../../../shared/consultations/history/history.ts'
import { rebuildFigures } from '../../../shared/dashboard/commands.ts'
import { REPORTS } from '../../../shared/reports/registry.ts'
import type { ReportName } from '../../../shared/rights/results.ts'
import { type TestDeps, testDeps } from '../../../shared/testing/harness.ts'
import { ensureBuilt } from '../../../shared/testing/launcher.ts'
import { type ImportRig, importRig } from '../testing.ts'

const data = (name: string) =>
  fileURLToPath(new URL(`../../../shared/testing/data/import-examples/${name}`, import.meta.url))
const text = (name: string) => readFileSync(data(name), 'utf8')

interface Answer {
  file: string
  data_row: string
  line: string
  verdict: string
  reason: string
}

const HISTORY = ['visits', 'prescriptions', 'payments'] as const
const MASTER = ['doctors', 'medications', 'icd10'] as const
const PERIOD = { from: '2015-01-01', to: '2026-12-31' }

let deps: TestDeps
let rig: ImportRig
beforeAll(async () => {
  await ensureBuilt()
  deps = await testDeps()
  rig = importRig(deps)
})
afterAll(async () => {
  await rig.close()
  await deps.close()
})

/** All rows of a report. */
async function report(name: ReportName, params: Record<string, unknown> = {}): Promise<unknown[][]> {
  const ask = {
    ...{ db: deps.db, params: { ...PERIOD, ...params }, doctorId: null, cashierId: null },
    ...{ today: '2026-11-28', language: 'en' as const },
  }
  const rows: unknown[][] = []
  for await (const some of REPORTS[name].rows(ask as never)) rows.push(...(some as unknown[][]))
  return rows
}

/** Numbers of rows added up by one of their cells. */
function sums(rows: unknown[][], by: (row: unknown[]) => string, value: (row: unknown[]) => number) {
  const found: Record<string, number> = {}
  for (const row of rows) found[by(row)] = (found[by(row)] ?? 0) + value(row)
  return found
}

const monthOf = (row: unknown[]) => String(row[0]).slice(0, 7)

const FOLDERS = [
  ['csv', 'csv'],
  ['csv-spreadsheet', 'csv'],
  ['xlsx', 'xlsx'],
] as const

describe.each(FOLDERS)('the example history of %s', (folder, ending) => {
  const summary = JSON.parse(text(`${folder}/summary.json`))
  const answers = parse(text(`${folder}/answers.csv`), { columns: true, bom: true }) as Answer[]
  const codeOf = new Map<string, string>()

  beforeAll(async () => {
    await deps.emptyTables()
    for (const kind of MASTER) await rig.import(data(`${folder}/${kind}.csv`), {}, kind)
    await rig.import(data(`${folder}/patients.${ending}`))
    for (const { code, name } of await deps.db('doctors').select('code', 'name')) codeOf.set(name, code)
  })

  it.each(HISTORY)('%s are imported or refused row for row as the answers say', async (kind) => {
    const done = await rig.import(data(`${folder}/${kind}.${ending}`), {}, kind)
    expect(done.error).toBeNull()
    const { rows, accepted, rejected } = summary.files[kind]
    expect(done.counts).toMatchObject({ read: rows, inserted: accepted, rejected })
    const refused = await deps.db('operation_errors').where({ operation_no: done.no }).orderBy('row_no')
    const expected = answers
      .filter(({ file, verdict }) => file === `${kind}.${ending}` && verdict === 'reject')
      .sort((a, b) => Number(a.data_row) - Number(b.data_row))
    expect(refused.map((row) => [Number(row.row_no), Number(row.line_no)])).toEqual(
      expected.map((answer) => [Number(answer.data_row), Number(answer.line)]),
    )
    for (const [at, answer] of expected.entries()) {
      const codes = refused[at].problems.map((problem: { code: string }) => problem.code)
      expect(codes, `row ${answer.data_row}`).toContain(answer.reason)
    }
  })

  it('and are unchanged the second time, each row refused as before', async () => {
    for (const kind of HISTORY) {
      const again = await rig.import(data(`${folder}/${kind}.${ending}`), {}, kind)
      const { rows, accepted, rejected } = summary.files[kind]
      expect(again.counts, kind).toMatchObject({ read: rows, inserted: 0, unchanged: accepted, rejected })
    }
  })

  it('reports say what the summary says', async () => {
    const { reports } = summary
    const doctor = (at: number) => (row: unknown[]) => codeOf.get(String(row[at])) ?? ''
    const visits = await report('visits')
    expect(sums(visits, monthOf, (row) => Number(row[2]))).toEqual(reports.visits_by_month)
    expect(sums(visits, doctor(1), (row) => Number(row[2]))).toEqual(reports.visits_by_doctor)
    const collected = await report('daily-collection')
    const takings = (by: (row: unknown[]) => string) => sums(collected, by, (row) => Number(row[5]))
    expect(takings(monthOf)).toEqual(reports.revenue_sen_by_month)
    expect(takings((row) => String(row[3]))).toEqual(reports.revenue_sen_by_method)
    expect(takings(doctor(2))).toEqual(reports.revenue_sen_by_doctor)
    for (const by of ['day', 'month', 'doctor', 'method']) {
      const rows = await report('revenue', { by })
      expect(
        sums(
          rows,
          () => 'all',
          (row) => Number(row[4]),
        ),
      ).toEqual({ all: reports.revenue_sen })
    }
    const use = await report('medication-use')
    expect(
      sums(
        use,
        (row) => String(row[0]),
        (row) => Number(row[5]),
      ),
    ).toEqual(reports.dispensed_quantity)
    expect(
      sums(
        use,
        (row) => String(row[0]),
        (row) => Number(row[6]),
      ),
    ).toEqual(reports.dispensed_sen)
    const diagnoses = await report('diagnoses')
    expect(
      sums(
        diagnoses,
        (row) => String(row[0]),
        (row) => Number(row[2]),
      ),
    ).toEqual(reports.diagnoses)
    const certificates = await report('certificates')
    expect(certificates.length).toBe(reports.mc_certificates)
    expect(
      sums(
        certificates,
        () => 'all',
        (row) => Number(row[4]),
      ),
    ).toEqual({ all: reports.mc_days })
  })

  it('what is billed, paid and owed adds up to the summary', async () => {
    const { reports } = summary
    const [[sum]] = await deps.db.raw(
      `select sum(total_sen) as billed, sum(total_sen - paid_sen) as outstanding,
         sum(status = 'completed' and paid_sen = total_sen) as full, sum(paid_sen > 0 and paid_sen < total_sen) as part,
         (select count(*) from imported_payments where status = 'void') as voided
       from imported_visits`,
    )
    expect(Object.values(sum).map(Number)).toEqual([
      ...[reports.billed_sen, reports.outstanding_sen, reports.visits_fully_paid],
      ...[reports.visits_partly_paid, reports.payments_void],
    ])
    const [[paid]] = await deps.db.raw(
      `select count(*) as wrong from imported_visits i where paid_sen <> (select ifnull(sum(amount_sen), 0)
         from imported_payments y where y.imported_visit_id = i.id and y.status = 'paid')`,
    )
    expect(Number(paid.wrong)).toBe(0)
  })

  it('the dashboard counts the same, as it came in and made again from the records', async () => {
    const { reports } = summary
    const figures = async () => {
      const [rows] = await deps.db.raw(
        `select measure, sum(value) as n from (select measure, value from day_figures union all
           select measure, value from figure_deltas) f where measure <> 'new-patients' group by measure`,
      )
      return Object.fromEntries(
        rows.map((row: { measure: string; n: string }) => [row.measure, Number(row.n)]),
      )
    }
    const all = (by: Record<string, number>) => Object.values(by).reduce((sum, each) => sum + each, 0)
    const expected = {
      visits: all(reports.visits_by_status),
      arrivals: all(reports.visits_by_status),
      takings: reports.revenue_sen,
      medicines: all(reports.dispensed_quantity),
      diagnoses: all(reports.diagnoses),
    }
    expect(await figures()).toEqual(expected)
    await rebuildFigures(deps)
    expect(await figures()).toEqual(expected)
  })

  it('every accepted value is kept as the samples say, and stands in the history of its patient', async () => {
    const samples = text(`${folder}/canonical-samples.ndjson`)
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
    const tables = {
      visits: 'imported_visits',
      prescriptions: 'imported_lines',
      payments: 'imported_payments',
    }
    const aliases: Record<string, string> = {
      ...{ consultation_fee: 'consultation_sen', medicine_fee: 'medicine_sen', total_amount: 'total_sen' },
      ...{ unit_price: 'unit_price_sen', line_total: 'line_total_sen', amount: 'amount_sen' },
    }
    for (const kind of HISTORY) {
      const own = samples.filter(({ file }) => file === `${kind}.${ending}`)
      expect(own.length).toBeGreaterThan(10)
      for (const { record } of own) {
        const row = await deps.db(tables[kind]).where({ external_id: record.external_id }).first()
        for (const [name, value] of Object.entries(record) as [string, string][]) {
          const stored = row[aliases[name] ?? name]
          const given =
            name in aliases ? Number(value) * 100 : name.endsWith('_at') ? new Date(value).getTime() : value
          const held =
            name in aliases
              ? Number(stored)
              : name.endsWith('_at')
                ? Date.parse(`${stored.replace(' ', 'T')}Z`)
                : String(stored ?? '')
          if (name in aliases) expect(held, name).toBeCloseTo(given as number, 6)
          else expect(held, name).toBe(given)
        }
      }
    }
    const paid = await deps
      .db('imported_payments as y')
      .join('visits as v', 'v.imported_id', 'y.imported_visit_id')
      .first('*')
    const rights = { notes: true, prescriptions: true, certificates: true, payments: 'all' } as const
    const history = await getPatientHistory(deps, paid.patient_id, { limit: 100 }, rights)
    const entry = history.data.find(({ visitId }) => visitId === String(paid.id)) ?? history.data[0]
    expect(history.data.every(({ imported }) => imported !== undefined)).toBe(true)
    expect(history.data.flatMap(({ payments }) => payments?.map(({ number }) => number) ?? [])).toContain(
      paid.receipt_number,
    )
    expect(entry?.diagnoses?.length).toBeGreaterThan(0)
  })
})
