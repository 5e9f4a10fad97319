import { writeAudit } from '../audit/write.ts'
import { writing } from '../cache/writing.ts'
import { addFigures } from '../dashboard/commands.ts'
import { newPatientFigures } from '../dashboard/rules.ts'
import type { Knex } from '../db/connect.ts'
import { AppError } from '../errors/app-error.ts'
import { ring } from '../events/outbox.ts'
import { toSqlUtc } from '../units/clock.ts'
import type { Writer } from './commands.ts'
import { countsOf, type MergeDeps, mergeEntries, tellMerge, writeRecord } from './merge.ts'
import { type Fields, takenBack } from './merge-fields.ts'
import { findMerge, type MergeRow, viewMerge } from './merge-store.ts'
import { presentPatient } from './merged-into.ts'
import { PATIENT_PROPERTIES, PatientModel, type PatientRow } from './model.ts'
import { laterRows, type Moved, rememberedRows, returnRows } from './move-rows.ts'
import { throwDuplicate } from './new-patient.ts'
import { refuseInClinic } from './open-tickets.ts'
import { PATIENTS } from './reads.ts'
import { patientReferences, type Reference } from './references.ts'
import { addWords, removeWords } from './repository.ts'
import type { MergeUndone } from './schema.ts'
import { refuseOutOfOrder } from './unmerge-order.ts'
import { viewPatient } from './view.ts'

/** The record that was merged: deleted, so nobody finds it but here. */
async function mergedRecord(trx: Knex.Transaction, id: string): Promise<PatientRow> {
  const columns = Object.fromEntries(
    PATIENT_PROPERTIES.map((property) => [property, PatientModel.propertyNameToColumnName(property)]),
  )
  return (await trx('patients')
    .comment('patients.merged-record')
    .where({ id })
    .forUpdate()
    .first(columns)) as PatientRow
}

async function lockMerge(trx: Knex.Transaction, id: string): Promise<MergeRow> {
  const merge = await findMerge(trx, id, { lock: true })
  if (merge === undefined) throw new AppError('not-found')
  if (merge.live !== null) return merge
  throw new AppError('state/conflict', {
    detail: 'These two were taken apart already.',
    extra: { current: viewMerge(merge) },
  })
}

/** Nothing is put into the survivor, nor it into another, until the transaction ends. */
const lockSurvivor = (trx: Knex.Transaction, { survivor_id: id }: MergeRow) =>
  trx('patients').comment('patients.unmerge-lock').where({ id }).forUpdate().first('id')

const referenceOf = (references: readonly Reference[], { table, column }: Moved): Reference | undefined =>
  references.find((each) => each.table === table && each.column === column)

/** Gives back what was moved; answers how much of it, and how much there is no more. */
async function returnAll(trx: Knex.Transaction, merge: MergeRow, references: readonly Reference[]) {
  const moved = await rememberedRows(trx, merge.id)
  const returned: Record<string, number> = {}
  for (const each of moved) {
    const reference = referenceOf(references, each)
    const count =
      reference === undefined ? 0 : await returnRows(trx, each, reference, merge.survivor_id, merge.merged_id)
    if (count > 0) returned[each.table] = (returned[each.table] ?? 0) + count
  }
  const sum = (counts: Record<string, number>) => Object.values(counts).reduce((total, n) => total + n, 0)
  return { returned, missing: sum(countsOf(moved)) - sum(returned) }
}

const parsed = (text: string): Fields => JSON.parse(text) as Fields

/** Both records as they were, but for what somebody has changed since; and the words they are found by. */
async function restoreBoth(
  trx: Knex.Transaction,
  now: { survivor: PatientRow; merged: PatientRow },
  merge: MergeRow,
  at: string,
) {
  const { fields, kept } = takenBack(
    now.survivor,
    parsed(merge.survivor_before),
    parsed(merge.survivor_after),
  )
  // first the survivor, which gives back the numbers it took
  const survivor = await writeRecord(trx, now.survivor, fields, at, null)
  if (survivor.name !== now.survivor.name) {
    await removeWords(trx, survivor.id, now.survivor.name)
    await addWords(trx, survivor.id, survivor.name)
  }
  const wanted = { ...now.merged, ...parsed(merge.merged_before) } as PatientRow
  const restored = await writeRecord(trx, now.merged, parsed(merge.merged_before), at, null).catch((error) =>
    throwDuplicate({ db: trx }, [wanted], error),
  )
  await addWords(trx, restored.id, restored.name)
  return { survivor, restored, kept }
}

/**
 * Takes two records apart again: exactly the rows that were moved go back, and the fields as they were; what was made
 * or changed since stays with the survivor and is listed. Throws `state/conflict` when it was done already or while
 * either is in the clinic or a later merge changed the same fields, `state/merged` when the survivor has been merged
 * itself (both name in `first` what has to be taken apart before), `not-found`.
 */
export async function undoMerge(deps: MergeDeps, id: string, writer: Writer): Promise<MergeUndone> {
  const now = deps.clock.now()
  const at = toSqlUtc(now)
  const work = async (trx: Knex.Transaction) => {
    const merge = await lockMerge(trx, id)
    await lockSurvivor(trx, merge)
    await refuseOutOfOrder(trx, merge)
    const both = {
      survivor: await presentPatient(trx, merge.survivor_id, { lock: true }),
      merged: await mergedRecord(trx, merge.merged_id),
    }
    const ids = [merge.survivor_id, merge.merged_id]
    await refuseInClinic(trx, ids, 'The patient has a ticket that is not over.')
    await trx('patient_merges')
      .comment('patients.merge-undo')
      .where({ id })
      .update({ live: null, undone_at: at, undone_by: writer.who.userId ?? null })
    const { survivor, restored, kept } = await restoreBoth(trx, both, merge, at)
    const references = await patientReferences(trx)
    const { returned, missing } = await returnAll(trx, merge, references)
    const later = await laterRows(trx, references, JSON.parse(merge.tables_at), merge.survivor_id)
    await addFigures(trx, newPatientFigures([restored]))
    const detail = { moved: returned, missing, kept }
    await writeAudit(trx, mergeEntries(writer, 'patients.unmerge', merge, detail), now)
    await tellMerge(trx, 'patient.unmerged', merge, survivor.version, now)
    return {
      result: {
        merge: viewMerge((await findMerge(trx, id)) as MergeRow),
        patient: viewPatient(survivor, writer.variant),
        restored: viewPatient(restored, writer.variant),
        moved: returned,
        missing,
        keptFields: kept,
        later,
      },
      ids,
    }
  }
  const done = await writing(deps, PATIENTS, work, writer.signal)
  void ring(deps)
  return done
}
