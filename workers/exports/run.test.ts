import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import ExcelJS from 'exceljs'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Knex } from '../../shared/db/connect.ts'
import { cancelOperation, retryOperation } from '../../shared/operations/commands.ts'
import { TABLE_EXPORT_RIGHTS, type TableExportKind } from '../../shared/rights/results.ts'
import { type TestDeps, testDeps } from '../../shared/testing/harness.ts'
import { type FileRig, fileRig } from '../files/testing.ts'
import { PAGE_ROWS } from './table.ts'

const NOBODY = { principal: null }
const ODD = [
  '=1+1',
  '+60123',
  '-5',
  '@x',
  '\tx',
  '\rx',
  '＝1',
  'a"b',
  'a,b',
  'x\ny',
  ' lead',
  'तमिழ் 李',
  '<&>',
]
let deps: TestDeps
let rig: FileRig

beforeAll(async () => {
  deps = await testDeps({ LOG_LEVEL: 'error' })
})
beforeEach(async () => {
  await deps.emptyTables()
  await rig?.close()
  rig = fileRig(deps)
})
afterAll(async () => {
  await rig.close()
  await deps.close()
})

async function people(count: number, from = 1): Promise<void> {
  const at = '2026-11-01 00:00:00'
  for (let at0 = 0; at0 < count; at0 += 1000) {
    const rows = Array.from({ length: Math.min(1000, count - at0) }, (_, n) => {
      const id = from + at0 + n
      return {
        id,
        name: `Person ${id}`,
        remarks: ODD[id % ODD.length] as string,
        external_id: `E${id}`,
        source: 'file',
        date_of_birth: '1990-05-17',
        gender: 'M',
        state: id % 2 === 0 ? 'Johor' : 'Perak',
        created_at: at,
        updated_at: at,
      }
    })
    await deps.db('patients').insert(rows)
  }
}

const csvOf = (bytes: Buffer): Record<string, string>[] =>
  parse(bytes, { columns: true, bom: true, record_delimiter: '\r\n' })
const partFiles = async (): Promise<string[]> =>
  (await readdir(join(deps.config.DATA_DIR, 'work'), { recursive: true }).catch(() => [])).filter((name) =>
    name.endsWith('.part'),
  )

/** Runs `hook` before the n-th statement of a name; a way into the middle of a run. */
function beforeStatement(name: string, n: number, hook: () => Promise<unknown>): void {
  const real = rig.services.deps.db
  let seen = 0
  const transaction = (work: (trx: Knex.Transaction) => Promise<unknown>, config?: Knex.TransactionConfig) =>
    real.transaction(async (trx) => {
      if (config?.isolationLevel === undefined) return work(trx)
      const watched = new Proxy(trx, {
        apply: (target, self, args) => {
          const query = Reflect.apply(target, self, args)
          const options = query.options.bind(query)
          query.options = (given: unknown) => {
            const run = options(given)
            return name === 'exports.page' && ++seen === n ? hook().then(() => run) : run
          }
          return query
        },
      })
      return work(watched as Knex.Transaction)
    }, config)
  rig.services = {
    ...rig.services,
    deps: {
      ...rig.services.deps,
      db: new Proxy(real, {
        get: (target, key) => (key === 'transaction' ? transaction : Reflect.get(target, key)),
      }),
    },
  }
  const { services } = rig
  rig.run = async (id) => (await import('../runtime/run-operation.ts')).runOperation(services, rig.runs, id)
}

describe('an export', () => {
  it('has every row once, in order, as the database says, under its sum and length', async () => {
    await people(PAGE_ROWS * 2 + 7)
    const { id } = await rig.request('export', 'patients', { format: 'csv' })
    expect(await rig.run(id)).toEqual({ end: 'done' })
    const bytes = await rig.bytes(id)
    const rows = csvOf(bytes)
    expect(rows).toHaveLength(PAGE_ROWS * 2 + 7)
    expect(rows.map(({ clinic_number }) => clinic_number)).toEqual(
      rows.map((_, n) => `P-${String(n + 1).padStart(6, '0')}`),
    )
    const record = await rig.record(id)
    expect(record).toMatchObject({ status: 'completed', processed: rows.length, percent: '100.00' })
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    expect(record.result).toMatchObject({
      bytes: bytes.length,
      sha256,
      contentType: 'text/csv; charset=utf-8',
    })
    const [entry] = await deps.db('audit_entries').where({ action: 'exports.written', entity_id: id })
    expect(entry.detail).toMatchObject({ rows: rows.length, ids: { first: '1', last: String(rows.length) } })
    expect(await partFiles()).toEqual([])
  })

  it('keeps apart what holds the very characters that cells are parted by on the way, and nothing from empty', async () => {
    await people(5)
    const remarks = ['a\x1fb', '\x1f', 'c\x1ed', '', null]
    for (const [n, text] of remarks.entries())
      await deps
        .db('patients')
        .where({ id: n + 1 })
        .update({ remarks: text, company: n === 4 ? '' : null })
    const seen = async () => {
      const lines = (await rig.file('export', 'patients', { format: 'ndjson' })).toString('utf8').trim()
      return lines
        .split('\n')
        .map((line) => JSON.parse(line) as { remarks: string | null; company: string | null })
    }
    const all = await seen()
    expect(all.map((row) => row.remarks)).toEqual(remarks)
    expect(all.map(({ company }) => company)).toEqual([null, null, null, null, ''])
    // without the separator in any of them they come the quick way
    await deps.db('patients').whereIn('id', [1, 2]).update({ remarks: 'x' })
    expect((await seen()).map((row) => row.remarks)).toEqual(['x', 'x', 'c\x1ed', '', null])
  })

  it('lets no text be a formula and changes nothing else of it', async () => {
    await people(ODD.length)
    const bytes = await rig.file('export', 'patients', { format: 'csv' })
    for (const [n, row] of csvOf(bytes).entries()) {
      const text = ODD[(n + 1) % ODD.length] as string
      expect(row.remarks).toBe(/^[=+\-@\t\r＝]/.test(text) ? `'${text}` : text)
    }
    const book = new ExcelJS.Workbook()
    await book.xlsx.load((await rig.file('export', 'patients', { format: 'xlsx' })) as never)
    const sheet = book.worksheets[0] as ExcelJS.Worksheet
    const header = (sheet.getRow(1).values as string[]).slice(1)
    const at = (name: string) => header.indexOf(name) + 1
    expect(sheet.rowCount).toBe(ODD.length + 1)
    for (let n = 1; n <= ODD.length; n++) {
      const cells = sheet.getRow(n + 1)
      expect(cells.getCell(at('remarks')).type).toBe(ExcelJS.ValueType.String)
      expect(cells.getCell(at('remarks')).value).toBe(ODD[n % ODD.length])
      expect(cells.getCell(at('date_of_birth')).value).toEqual(new Date('1990-05-17T00:00:00Z'))
    }
  })

  it('is NDJSON and FHIR, a line a person, and narrowed by its filter', async () => {
    await people(10)
    const ask = { filter: { state: 'Johor' } }
    const lines = (bytes: Buffer) =>
      bytes
        .toString()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    const plain = lines(await rig.file('export', 'patients', { ...ask, format: 'ndjson' }))
    expect(plain.map(({ external_id }) => external_id)).toEqual(['E2', 'E4', 'E6', 'E8', 'E10'])
    const fhir = lines(await rig.file('export', 'patients', { ...ask, format: 'fhir' }))
    expect(fhir[0]).toMatchObject({
      resourceType: 'Patient',
      id: 'P-000002',
      gender: 'male',
      birthDate: '1990-05-17',
      name: [{ text: 'Person 2' }],
    })
  })

  it.each((Object.keys(TABLE_EXPORT_RIGHTS) as TableExportKind[]).filter((kind) => kind !== 'patients'))(
    'of %s without rows is a file with its header, in every format',
    async (kind) => {
      expect(csvOf(await rig.file('export', kind, { format: 'csv' }))).toEqual([])
      const book = new ExcelJS.Workbook()
      await book.xlsx.load((await rig.file('export', kind, { format: 'xlsx' })) as never)
      expect(book.worksheets[0]?.rowCount).toBe(1)
      expect((await rig.file('export', kind, { format: 'ndjson' })).length).toBe(0)
    },
  )

  it('shows one instant, whatever is written meanwhile', async () => {
    await people(PAGE_ROWS * 2)
    beforeStatement('exports.page', 2, async () => {
      await people(500, PAGE_ROWS * 2 + 1)
      await deps.db('patients').where('id', '>', PAGE_ROWS).update({ name: 'Changed' })
    })
    const rows = csvOf(await rig.file('export', 'patients', { format: 'csv' }))
    expect(rows).toHaveLength(PAGE_ROWS * 2)
    expect(rows.some(({ name }) => name === 'Changed')).toBe(false)
  })

  it('of nothing that was deleted', async () => {
    await people(3)
    await deps.db('patients').where({ id: 2 }).update({ deleted_at: '2026-11-02 00:00:00' })
    const rows = csvOf(await rig.file('export', 'patients', { format: 'csv' }))
    expect(rows.map(({ external_id }) => external_id)).toEqual(['E1', 'E3'])
  })
})

describe('an export that is stopped', () => {
  it('by a take-over ends once, whole, with one file', async () => {
    await people(PAGE_ROWS * 2)
    const { id } = await rig.request('export', 'patients', { format: 'csv' })
    const other = fileRig(deps)
    let second: Promise<unknown> | undefined
    beforeStatement('exports.page', 2, async () => {
      await deps.db('operations').where({ id }).update({ heartbeat_at: null })
      second = other.run(id)
      expect(await second).toEqual({ end: 'done' })
    })
    expect(await rig.run(id)).toEqual({ end: 'fenced' })
    await other.close()
    expect(csvOf(await rig.bytes(id))).toHaveLength(PAGE_ROWS * 2)
    expect(await deps.db('result_files')).toHaveLength(1)
  })

  it('by a cancel leaves nothing, and a retry begins anew', async () => {
    await people(PAGE_ROWS * 2)
    const { id } = await rig.request('export', 'patients', { format: 'xlsx' })
    beforeStatement('exports.page', 2, async () => {
      await cancelOperation(deps, id, NOBODY)
      rig.runs.stop(id, 'cancelled')
    })
    expect(await rig.run(id)).toEqual({ end: 'cancelled' })
    expect(await rig.record(id)).toMatchObject({ status: 'cancelled', result: null })
    expect(await partFiles()).toEqual([])
    expect(await deps.db('result_files')).toEqual([])
    await retryOperation(deps, rig.services.queues, id, NOBODY)
    await rig.close()
    rig = fileRig(deps)
    expect(await rig.run(id)).toEqual({ end: 'done' })
    const book = new ExcelJS.Workbook()
    await book.xlsx.load((await rig.bytes(id)) as never)
    expect(book.worksheets[0]?.rowCount).toBe(PAGE_ROWS * 2 + 1)
  })

  it('by a lost connection begins anew by itself', async () => {
    await people(PAGE_ROWS * 2)
    beforeStatement('exports.page', 2, async () => {
      throw Object.assign(new Error('gone'), { code: 'PROTOCOL_CONNECTION_LOST' })
    })
    expect(csvOf(await rig.file('export', 'patients', { format: 'csv' }))).toHaveLength(PAGE_ROWS * 2)
  })
})

it('asks the database once for each page and a fixed number of times else', async () => {
  const statementsFor = async (count: number) => {
    await deps.emptyTables()
    await people(count)
    let statements = 0
    const listen = () => void statements++
    const { id } = await rig.request('export', 'patients', { format: 'csv' })
    deps.db.on('query', listen)
    await rig.run(id)
    deps.db.removeListener('query', listen)
    return statements
  }
  const few = await statementsFor(10)
  const many = await statementsFor(PAGE_ROWS * 5)
  // beside pages: heartbeats and notes of progress, one or two a second
  expect(many - few).toBeLessThan(5 + 20)
})
