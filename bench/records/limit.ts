import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Knex } from '../../shared/db/connect.ts'
import { RowText } from '../../workers/imports/row-text.ts'
import type { Kind } from './files.ts'

/** What an import of a kind writes, in the order in which the tables refer to each other. */
const WRITTEN: Readonly<Record<Kind, readonly string[]>> = {
  visits: ['imported_visits', 'visits', 'diagnoses'],
  prescriptions: ['imported_lines'],
  payments: ['imported_payments'],
  medications: ['medications'],
}

/** What is emptied with it, so that every run begins alike. */
const REST = [
  'operations',
  'operation_errors',
  'import_keys',
  'import_changes',
  'figure_deltas',
  'day_figures',
]

/** A table's rows as a file that LOAD DATA reads. */
interface TableFile {
  table: string
  columns: string[]
  path: string
  rows: number
}

const ROWS_A_READ = 10_000

/** Leaves nothing of the imports of a kind before. */
export async function emptyKind(admin: Knex, kind: Kind): Promise<void> {
  await admin.transaction(async (trx) => {
    await trx.raw('set foreign_key_checks = 0')
    for (const table of [...WRITTEN[kind], ...REST]) await trx.raw('truncate table ??', [table])
    await trx.raw('set foreign_key_checks = 1')
  })
  if (kind === 'payments') await admin('imported_visits').update({ paid_sen: 0 })
}

const DIRTY_SETTLED = 200
const SETTLE_TRIES = 60
const SETTLE_MS = 500

/** Waits until the server has written what came before to the disk, so that no run pays for another one. */
export async function settle(admin: Knex): Promise<void> {
  for (let tries = 0; tries < SETTLE_TRIES; tries++) {
    const [[row]] = (await admin.raw("show global status like 'Innodb_buffer_pool_pages_dirty'")) as [
      [{ Value: string }],
    ]
    if (Number(row.Value) <= DIRTY_SETTLED) return
    await sleep(SETTLE_MS)
  }
}

async function writeTable(admin: Knex, table: string, path: string): Promise<TableFile> {
  const columns = Object.keys(await admin(table).columnInfo())
  const out = createWriteStream(path)
  let rows = 0
  for (let after: string | number = 0; ; ) {
    const some = (await admin(table)
      .select(columns)
      .where('id', '>', after)
      .orderBy('id')
      .limit(ROWS_A_READ)
      .options({ rowsAsArray: true })) as unknown as (string | number | null)[][]
    if (some.length === 0) break
    const text = RowText.lines()
    for (const row of some) {
      for (const cell of row) text.cell(cell === null ? null : String(cell))
      text.endRow()
    }
    if (!out.write(text.body)) await once(out, 'drain')
    rows += some.length
    after = some.at(-1)?.[columns.indexOf('id')] ?? 0
  }
  out.end()
  await once(out, 'close')
  return { table, columns, path, rows }
}

/** Takes down what an import has written, row for row. */
export async function takeDown(admin: Knex, kind: Kind, dir: string): Promise<TableFile[]> {
  const files: TableFile[] = []
  for (const table of WRITTEN[kind]) files.push(await writeTable(admin, table, `${dir}/${table}.tsv`))
  return files
}

/** The limit: the server's own bulk load of the same rows into the same tables with their indexes; s. */
export async function loadLimit(admin: Knex, files: readonly TableFile[]): Promise<number> {
  const startedAt = performance.now()
  for (const { table, columns, path, rows } of files) {
    const sql = `load data local infile 'rows' into table ?? character set utf8mb4 (${columns.map(() => '??').join(',')})`
    const infileStreamFactory = () => createReadStream(path, { highWaterMark: 1024 * 1024 })
    const [result] = (await admin.raw(sql, [table, ...columns]).options({ infileStreamFactory })) as [
      { affectedRows: number },
    ]
    if (result.affectedRows !== rows)
      throw new Error(`The limit loaded ${result.affectedRows} of ${rows} rows into ${table}`)
  }
  return (performance.now() - startedAt) / 1000
}
