import { AppError } from '../../shared/errors/app-error.ts'
import { fhirPatient } from '../../shared/exports/fhir.ts'
import { type ExportPlan, planExport } from '../../shared/exports/kinds.ts'
import { type ExportRequest, exportRequest } from '../../shared/exports/schema.ts'
import { csvWriter } from '../../shared/files/csv.ts'
import { jsonRow, ndjsonWriter } from '../../shared/files/ndjson.ts'
import type { Sink } from '../../shared/files/sink.ts'
import type { TableWriter } from '../../shared/files/table.ts'
import { xlsxWriter } from '../../shared/files/xlsx.ts'
import type { Principal } from '../../shared/rights/permissions.ts'
import { mayExport } from '../../shared/rights/results.ts'
import { clinicDay } from '../../shared/units/dates.ts'
import { principalNow } from '../../shared/users/reads.ts'
import { produceFile } from '../files/produce.ts'
import type { Processor, Run } from '../runtime/context.ts'

/** Rows of one statement: some 500 KB of the widest kind. */
export const PAGE_ROWS = 2000

function writerOf(
  sink: Sink,
  { kind, format }: ExportRequest,
  plan: ExportPlan,
): Promise<TableWriter> | TableWriter {
  const { columns } = plan
  const header = columns.map(({ key }) => key)
  if (format === 'csv') return csvWriter(sink, columns, header)
  if (format === 'xlsx') return xlsxWriter(sink, { columns, header, sheet: kind })
  return ndjsonWriter(sink, format === 'fhir' ? fhirPatient(columns) : (row) => jsonRow(columns, row))
}

/** Who asked, as he stands now: who may not export any more gets nothing. Null for the system itself. */
async function askerOf(run: Run, kind: string): Promise<Principal | null> {
  if (run.row.created_by === null) return null
  const asker = await principalNow(run.deps, run.row.created_by)
  if (asker === null || !mayExport(asker, kind)) throw new AppError('auth/forbidden')
  return asker
}

/** Job `exports.run`: writes records of a kind to a file, in bounded memory, as they were at one instant. */
export const runExport: Processor = async (run) => {
  const { kind, params } = run.row
  const ask = exportRequest.parse({ kind, ...params })
  const asker = await askerOf(run, ask.kind)
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
      let ahead = plan.page(trx, '0', PAGE_ROWS)
      for (;;) {
        const startedAt = performance.now()
        const { first, last, rows } = await ahead
        if (last === null) break
        ids = { first: ids.first ?? first, last }
        const more = rows.length === PAGE_ROWS
        if (more) {
          ahead = plan.page(trx, last, PAGE_ROWS)
          ahead.catch(() => undefined) // looked at in the next round
        }
        await writer.rows(rows)
        written += rows.length
        await reporter.done(written, performance.now() - startedAt)
        if (!more) break
      }
      await writer.end()
      return written
    },
  })
}
