import { fhirResource } from '../../shared/exports/fhir.ts'
import { type ExportPage, type ExportPlan, planExport } from '../../shared/exports/kinds.ts'
import type { TableRequest } from '../../shared/exports/schema.ts'
import { csvWriter } from '../../shared/files/csv.ts'
import { jsonRow, ndjsonWriter } from '../../shared/files/ndjson.ts'
import type { Sink } from '../../shared/files/sink.ts'
import type { TableWriter } from '../../shared/files/table.ts'
import { xlsxWriter } from '../../shared/files/xlsx.ts'
import type { Principal } from '../../shared/rights/permissions.ts'
import { clinicDay } from '../../shared/units/dates.ts'
import { produceFile } from '../files/produce.ts'
import type { Run } from '../runtime/context.ts'

/** Rows of one statement: some 500 KB of the widest kind. */
export const PAGE_ROWS = 2000

function writerOf(
  sink: Sink,
  { kind, format }: TableRequest,
  plan: ExportPlan,
): Promise<TableWriter> | TableWriter {
  const { columns } = plan
  const header = columns.map(({ key }) => key)
  if (format === 'csv') return csvWriter(sink, columns, header)
  if (format === 'xlsx') return xlsxWriter(sink, { columns, header, sheet: kind })
  return ndjsonWriter(sink, format === 'fhir' ? fhirResource(kind, columns) : (row) => jsonRow(columns, row))
}

/** Writes records of a kind to a file, in bounded memory, as they were at one instant. */
export async function writeTable(run: Run, ask: TableRequest, asker: Principal | null): Promise<void> {
  const plan = planExport(ask.kind, ask.filter ?? {}, asker)
  let ids: { first: string | null; last: string | null } = { first: null, last: null }
  await produceFile(run, {
    format: ask.format,
    name: `${ask.kind}-${clinicDay(run.deps.clock.now())}`,
    by: asker,
    detail: () => ({ filter: ask.filter ?? {}, format: ask.format, ids }),
    async write(sink, reporter, trx) {
      ids = { first: null, last: null }
      await reporter.total(await plan.count(trx))
      const writer = await writerOf(sink, ask, plan)
      let written = 0
      // the next page is read while the one before is written
      let ahead: Promise<ExportPage> | null = plan.page(trx, plan.start, PAGE_ROWS)
      while (ahead !== null) {
        const startedAt = performance.now()
        const { first, last, rows, next }: ExportPage = await ahead
        ids = { first: ids.first ?? first, last: last ?? ids.last }
        ahead = next === null ? null : plan.page(trx, next, PAGE_ROWS)
        ahead?.catch(() => undefined) // looked at in the next round
        if (rows.length > 0) await writer.rows(rows)
        written += rows.length
        await reporter.done(written, performance.now() - startedAt)
      }
      await writer.end()
      return written
    },
  })
}
