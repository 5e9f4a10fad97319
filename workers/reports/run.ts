import { copyFile, link, rm } from 'node:fs/promises'
import { rmOf } from '../../shared/billing/rules.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import { csvWriter } from '../../shared/files/csv.ts'
import { jsonRow } from '../../shared/files/ndjson.ts'
import { reusableFile } from '../../shared/files/repository.ts'
import type { Sink } from '../../shared/files/sink.ts'
import { resultPath } from '../../shared/files/store.ts'
import type { Column, Row, TableWriter } from '../../shared/files/table.ts'
import { xlsxWriter } from '../../shared/files/xlsx.ts'
import { aboutReport, reuseKeyOf, type Scope, scopeOf } from '../../shared/reports/reads.ts'
import { REPORTS } from '../../shared/reports/registry.ts'
import type { Report } from '../../shared/reports/report.ts'
import { type ReportRequest, reportRequest } from '../../shared/reports/schema.ts'
import { writeReportMail } from '../../shared/schedules/reports/commands.ts'
import { clinicOnPaper } from '../../shared/settings/reads.ts'
import { toSqlUtc } from '../../shared/units/clock.ts'
import { clinicDay } from '../../shared/units/dates.ts'
import { principalNow } from '../../shared/users/reads.ts'
import { produceFile } from '../files/produce.ts'
import type { Processor, Run } from '../runtime/context.ts'
import { PRINTED_ROWS, printReport } from './pdf.ts'

const HOUR_MS = 3_600_000
const MOST_LABELS = 1000

/** A report with the words of one language. */
interface Shown {
  title: string
  columns: Column[]
}

function shownIn(report: Report, { language, params }: ReportRequest): Shown {
  const columns = report.columns.map(({ key, title, type }, at) => {
    const words = at === 0 ? (report.firstTitle?.(params) ?? title) : title
    return { key, title: words[language], type }
  })
  return { title: report.title[language], columns }
}

/** What is known of a table when its last row has gone by. */
class Sums {
  readonly #report: Report
  readonly #sums: number[]
  readonly #points = new Map<string, number>()

  constructor(report: Report) {
    this.#report = report
    this.#sums = report.columns.map(() => 0)
  }

  add(row: Row): void {
    const { columns, chart } = this.#report
    for (let at = 0; at < columns.length; at++)
      if (columns[at]?.isSummed) this.#sums[at] = (this.#sums[at] ?? 0) + Number(row[at] ?? 0)
    if (chart === undefined) return
    const place = (key: string) => columns.findIndex((column) => column.key === key)
    const label = String(row[place(chart.by)] ?? '-')
    if (!this.#points.has(label) && this.#points.size >= MOST_LABELS) return
    this.#points.set(label, (this.#points.get(label) ?? 0) + Number(row[place(chart.value)] ?? 0))
  }

  /** The row below the table, in sen where it is money; null where nothing is summed. */
  get totals(): Row | null {
    const { columns } = this.#report
    if (!columns.some(({ isSummed }) => isSummed)) return null
    return columns.map(({ isSummed }, at) => (isSummed ? (this.#sums[at] ?? 0) : null))
  }

  get points(): { label: string; value: number }[] {
    const { columns, chart } = this.#report
    const isMoney = columns.find(({ key }) => key === chart?.value)?.type === 'money'
    return [...this.#points].map(([label, value]) => ({ label, value: isMoney ? value / 100 : value }))
  }
}

/** Sen as the decimal text of RM, in the columns that hold money. */
const inRinggit = (report: Report, row: Row): Row =>
  row.map((cell, at) => (report.columns[at]?.type === 'money' && cell !== null ? rmOf(Number(cell)) : cell))

/** JSON that is written while it comes: what was asked, the rows, the totals. */
async function jsonWriter(sink: Sink, { columns }: Shown, request: ReportRequest): Promise<TableWriter> {
  const { report, params } = request
  const named = columns.map(({ key, title, type }) => ({ key, title, type }))
  await sink.write(`${JSON.stringify({ report, params, columns: named }).slice(0, -1)},"rows":[`)
  let isFirst = true
  let totals = 'null'
  return {
    async rows(rows) {
      const texts = rows.map((row) => JSON.stringify(jsonRow(columns, row)))
      if (texts.length === 0) return
      await sink.write((isFirst ? '\n' : ',\n') + texts.join(',\n'))
      isFirst = false
    },
    async totals(row) {
      totals = JSON.stringify(jsonRow(columns, row))
    },
    end: () => sink.write(`\n],"totals":${totals}}\n`),
  }
}

async function pdfWriter(
  run: Run,
  sink: Sink,
  request: ReportRequest,
  shown: Shown,
  sums: Sums,
  about: readonly string[],
): Promise<TableWriter> {
  const clinic = await clinicOnPaper(run.deps)
  const { report, language } = request
  const kept: Row[] = []
  let rowCount = 0
  let totals: Row | null = null
  const { chart } = REPORTS[report]
  return {
    async rows(rows) {
      rowCount += rows.length
      kept.push(...rows.slice(0, Math.max(0, PRINTED_ROWS - kept.length)))
    },
    async totals(row) {
      totals = row
    },
    async end() {
      const title = shown.columns.find(({ key }) => key === chart?.value)?.title ?? ''
      await printReport(sink, {
        clinic,
        language,
        title: shown.title,
        about,
        columns: shown.columns,
        rows: kept,
        rowCount,
        totals,
        chart: chart === undefined ? null : { kind: chart.kind, title, points: sums.points },
        madeAt: run.deps.clock.now(),
      })
    },
  }
}

async function writerOf(run: Run, sink: Sink, request: ReportRequest, scope: Scope, sums: Sums) {
  const shown = shownIn(REPORTS[request.report], request)
  const { columns } = shown
  const header = columns.map(({ title }) => title)
  if (request.format === 'csv') return csvWriter(sink, columns, header)
  if (request.format === 'xlsx') return xlsxWriter(sink, { columns, header, sheet: request.report })
  if (request.format === 'json') return jsonWriter(sink, shown, request)
  const about = await aboutReport(run.deps.db, request, scope)
  return pdfWriter(run, sink, request, shown, sums, about)
}

/** A file of the last hour that answers the same question, under a name of this run's own; undefined: none. */
async function copyOfEarlier(run: Run, reuseKey: string | null, part: string) {
  if (reuseKey === null) return undefined
  const since = toSqlUtc(new Date(run.deps.clock.now().getTime() - HOUR_MS))
  const found = await reusableFile(run.deps.db, reuseKey, since)
  if (found === undefined) return undefined
  const path = resultPath(run.deps, found.path)
  try {
    // the same bytes twice on the shelf, once on the disk
    await link(path, part).catch(() => copyFile(path, part))
    return { rows: Number(found.row_count), bytes: Number(found.bytes), sha256: found.sha256 }
  } catch {
    await rm(part, { force: true })
    return undefined // it was taken away this moment
  }
}

async function writeTable(
  run: Run,
  request: ReportRequest,
  scope: Scope,
  today: string,
  sink: Sink,
  ask: {
    trx: Parameters<Report['rows']>[0]['db']
    done(units: number, tookMs: number): Promise<void>
  },
): Promise<number> {
  const report = REPORTS[request.report]
  const sums = new Sums(report)
  const writer = await writerOf(run, sink, request, scope, sums)
  let written = 0
  let startedAt = performance.now()
  const rows = report.rows({
    db: ask.trx,
    params: request.params,
    ...scope,
    today,
    language: request.language,
  })
  for await (const page of rows) {
    for (const row of page) sums.add(row)
    await writer.rows(page.map((row) => inRinggit(report, row)))
    written += page.length
    await ask.done(written, performance.now() - startedAt)
    startedAt = performance.now()
  }
  const { totals } = sums
  if (totals !== null) await writer.totals?.(inRinggit(report, totals))
  await writer.end()
  return written
}

/** Job `reports.run`: works a report out in one view of the data and writes it to a file. */
export const runReport: Processor = async (run) => {
  const { kind, created_by } = run.row
  const { schedule, ...params } = run.row.params
  const request = reportRequest.parse({ report: kind, ...params })
  const asker = created_by === null ? null : await principalNow(run.deps, created_by)
  if (created_by !== null && asker === null) throw new AppError('auth/forbidden')
  const scope = await scopeOf(run.deps, asker, request.report, request.params)
  const today = clinicDay(run.deps.clock.now())
  // before the data is read: what is written after this makes another key
  const reuseKey = await reuseKeyOf(run.deps, request, scope, today)
  await produceFile(run, {
    format: request.format,
    name: `${request.report}-${today}`,
    reuseKey,
    by: asker,
    detail: () => ({ params: request.params, scope, format: request.format }),
    also: async (trx) => {
      if (typeof schedule === 'string')
        await writeReportMail(trx, schedule, run.hold.id, run.deps.clock.now())
    },
    earlier: (part) => copyOfEarlier(run, reuseKey, part),
    write: (sink, reporter, trx) =>
      writeTable(run, request, scope, today, sink, {
        trx,
        done: (units, tookMs) => reporter.done(units, tookMs),
      }),
  })
}
