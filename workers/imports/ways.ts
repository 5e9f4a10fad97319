import { BUNDLE, MIXED_KINDS } from '../../shared/imports/formats/mixed-kinds.ts'
import type { Position } from '../../shared/imports/reader.ts'
import { runBulk } from '../runtime/bulk.ts'
import type { BulkWork, Counts } from '../runtime/bulk-work.ts'
import type { Run } from '../runtime/context.ts'
import { patiently } from '../runtime/patience.ts'
import { isBundle } from './bundle/prepare.ts'
import { UndoBundle, type UndoWork } from './bundle/undo.ts'
import { BundleWork, type Stage } from './bundle/work.ts'
import { recordKindOf } from './kinds/registry.ts'
import type { BulkInsert } from './load-data.ts'
import { UndoPatients } from './patients/undo-work.ts'
import { PatientsWork } from './patients/work.ts'
import type { PreparedSource } from './prepare.ts'
import { UndoRecords } from './records/undo.ts'
import { RecordsWork } from './records/work.ts'

const PATIENTS = 'patients'
const ZERO = { read: 0, inserted: 0, updated: 0, unchanged: 0, skipped: 0, rejected: 0 }

/** The kinds that an import of that name brings, in the order in which they refer to each other. */
const kindsOf = (name: string): readonly string[] => (name === BUNDLE ? MIXED_KINDS : [name])

/** Domains whose cached answers show what such an import writes. */
export const domainsOf = (name: string): string[] => [
  ...new Set(kindsOf(name).flatMap((kind) => recordKindOf(kind)?.domains ?? [PATIENTS])),
]

/** Tables whose rows such an import creates. */
export const tablesOf = (name: string): string[] =>
  kindsOf(name).map((kind) => recordKindOf(kind)?.table ?? PATIENTS)

async function workOf(
  run: Run,
  source: PreparedSource,
  name: string,
  insert: BulkInsert,
): Promise<BulkWork<unknown, Position>> {
  const kind = recordKindOf(name)
  if (kind !== undefined)
    return new RecordsWork(run, source, { name, kind }, insert) as BulkWork<unknown, Position>
  const anybody = await patiently(run, async () => run.deps.db(PATIENTS).first('id'))
  return new PatientsWork(run, source, insert, anybody === undefined) as BulkWork<unknown, Position>
}

/** Carries prepared rows in, whatever they are of. */
export async function writeRows(run: Run, source: PreparedSource, insert: BulkInsert): Promise<Counts> {
  if (!isBundle(source)) return runBulk(run, await workOf(run, source, run.row.kind ?? '', insert), ZERO)
  const stages: Stage[] = []
  for (const stage of source.stages) {
    const name = stage.mixedKind as string
    const own = { ...stage, options: { ...stage.options, dryRun: source.options.dryRun } }
    stages.push({ name, rows: stage.totalRows, work: await workOf(run, own, name, insert) })
  }
  return runBulk(run, new BundleWork(run.row.no, stages, source.doneBefore ?? 0), ZERO)
}

async function undoOf(run: Run, name: string): Promise<UndoWork> {
  const kind = recordKindOf(name)
  const work = kind === undefined ? await UndoPatients.open(run) : new UndoRecords(run, kind, name)
  return work as UndoWork
}

/** How an import of that name is taken back. */
export async function undoWorkOf(run: Run, name: string): Promise<UndoWork | UndoBundle> {
  if (name !== BUNDLE) return undoOf(run, name)
  const stages: UndoWork[] = []
  for (const kind of kindsOf(name).toReversed()) stages.push(await undoOf(run, kind))
  return new UndoBundle(stages, run.row.processed)
}
