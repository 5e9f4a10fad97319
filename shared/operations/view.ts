import { fromSqlUtc } from '../units/clock.ts'
import type { OperationRow } from './repository.ts'
import type { ImportCounts, Operation } from './schema.ts'

const UNITS: Record<OperationRow['type'], string> = {
  import: 'rows',
  export: 'rows',
  report: 'rows',
  backup: 'rows',
  proof: 'rows',
  maintenance: 'steps',
}

function eta(row: OperationRow): number | null {
  if (row.status !== 'active' || row.total === null || !row.rate_per_second) return null
  return Math.max(0, Math.ceil((row.total - row.processed) / row.rate_per_second))
}

/** The six numbers that people see, of a file with many kinds also for each; what the worker counts beside them (fields left out) is told in the note. */
function viewCounts(counts: Record<string, number>): ImportCounts {
  const byKind: Record<string, SixCounts> = {}
  for (const name of Object.keys(counts)) {
    const [kind = '', what] = name.split('.')
    if (what === 'read') byKind[kind] = sixOf((each) => counts[`${kind}.${each}`])
  }
  const all = sixOf((each) => counts[each])
  return Object.keys(byKind).length === 0 ? all : { ...all, byKind }
}

type SixCounts = Omit<ImportCounts, 'byKind'>

function sixOf(count: (name: keyof SixCounts) => number | undefined): SixCounts {
  const of = (name: keyof SixCounts) => count(name) ?? 0
  return {
    ...{ read: of('read'), inserted: of('inserted'), updated: of('updated') },
    ...{ unchanged: of('unchanged'), skipped: of('skipped'), rejected: of('rejected') },
  }
}

/** The operation as people and programs see it; paths, cursors and fences stay inside. */
export function viewOperation(row: OperationRow, placeInLine: number | null = null): Operation {
  return {
    id: row.id,
    type: row.type,
    kind: row.kind,
    status: row.status,
    phase: row.phase,
    progress: {
      processed: row.processed,
      total: row.total,
      unit: UNITS[row.type],
      percent: Number(row.percent),
      ratePerSecond: row.status === 'active' ? row.rate_per_second : null,
      etaSeconds: eta(row),
      placeInLine: row.status === 'queued' ? placeInLine : null,
    },
    counts: row.counts === null ? null : viewCounts(row.counts),
    params: row.params,
    file:
      row.file_name === null
        ? null
        : { name: row.file_name, bytes: row.file_bytes ?? 0, sha256: row.file_sha256 ?? '' },
    result: row.result as Operation['result'],
    error: row.error,
    note: row.note,
    attempts: row.attempts,
    cancelRequested: row.cancel_requested_at !== null,
    createdBy: row.created_by === null ? null : { id: row.created_by, name: row.created_by_name ?? '' },
    createdAt: fromSqlUtc(row.created_at) as string,
    startedAt: fromSqlUtc(row.started_at),
    finishedAt: fromSqlUtc(row.finished_at),
    version: row.version,
  }
}

/** The patient whom an operation is about, named in its filter; null where it is about nobody in particular. */
export function patientOf({ params }: Pick<OperationRow, 'params'>): string | null {
  const filter = params.filter as { patientId?: unknown } | undefined
  return typeof filter?.patientId === 'string' ? filter.patientId : null
}
