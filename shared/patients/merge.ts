import type { AuditEntry } from '../audit/entry.ts'
import { writeAudit } from '../audit/write.ts'
import { type WriteDeps, writing } from '../cache/writing.ts'
import { addFigures } from '../dashboard/commands.ts'
import { negated, newPatientFigures } from '../dashboard/rules.ts'
import type { Knex } from '../db/connect.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import { addEvent, ring } from '../events/outbox.ts'
import type { EventType } from '../events/registry.ts'
import { toSqlUtc } from '../units/clock.ts'
import { clinicDay } from '../units/dates.ts'
import type { Writer } from './commands.ts'
import { type Fields, givenUp, mergedFields } from './merge-fields.ts'
import { findMerge, insertMerge, type MergeRow, viewMerge } from './merge-store.ts'
import { presentPatient } from './merged-into.ts'
import { PatientModel, type PatientRow } from './model.ts'
import { highestKeys, type Moved, moveRows, referencesInUse, rememberRows } from './move-rows.ts'
import { refuseInClinic } from './open-tickets.ts'
import { PATIENTS } from './reads.ts'
import { patientReferences, type Reference } from './references.ts'
import { addWords, removeWords } from './repository.ts'
import type { MergeDone, MergeInput } from './schema.ts'
import { viewPatient } from './view.ts'

export type MergeDeps = WriteDeps & Pick<Deps, 'redis'>

/** Columns for a change of a record, which raises its version. */
export const columnsOf = (fields: Fields): Record<string, string | null> =>
  Object.fromEntries(
    Object.entries(fields).map(([field, value]) => [PatientModel.propertyNameToColumnName(field), value]),
  )

/** Writes fields of a locked record and raises its version; answers the record as it is then. */
export async function writeRecord(
  trx: Knex.Transaction,
  row: PatientRow,
  fields: Fields,
  at: string,
  deletedAt: string | null,
): Promise<PatientRow> {
  const version = row.version + 1
  await trx('patients')
    .comment('patients.merge-write')
    .where({ id: row.id })
    .update({ ...columnsOf(fields), version, updated_at: at, deleted_at: deletedAt })
  return { ...row, ...fields, version, updatedAt: at } as PatientRow
}

/** Both records of a merge, locked in the order of their ids, so that two merges never wait in a circle. */
async function lockBoth(
  trx: Knex.Transaction,
  id: string,
  { otherId, version, otherVersion }: MergeInput,
  variant: Writer['variant'],
): Promise<{ one: PatientRow; other: PatientRow }> {
  const rows = new Map<string, PatientRow>()
  for (const each of [id, otherId].sort((a, b) => Number(BigInt(a) - BigInt(b))))
    rows.set(each, await presentPatient(trx, each, { lock: true }))
  const [one, other] = [rows.get(id) as PatientRow, rows.get(otherId) as PatientRow]
  if (one.version !== version || other.version !== otherVersion)
    throw new AppError('state/version', {
      extra: { current: viewPatient(one, variant), other: viewPatient(other, variant) },
    })
  return { one, other }
}

/** What is recorded of a merge or its end: each of the two records once. */
export const mergeEntries = (
  { who }: Writer,
  action: string,
  { survivor_id, merged_id, id }: Pick<MergeRow, 'survivor_id' | 'merged_id' | 'id'>,
  detail: Record<string, unknown>,
): AuditEntry[] =>
  [survivor_id, merged_id].map((patientId) => ({
    ...who,
    action,
    entity: 'patient',
    entityId: patientId,
    patientId,
    outcome: 'ok',
    detail: { merge: id, survivor: survivor_id, merged: merged_id, ...detail },
  }))

/** Tells screens that show one of the two; ids only. */
export const tellMerge = (
  trx: Knex.Transaction,
  type: EventType,
  { survivor_id: id, merged_id: mergedId }: Pick<MergeRow, 'survivor_id' | 'merged_id'>,
  version: number,
  now: Date,
): Promise<void> =>
  addEvent(trx, { topic: 'queue', body: { type, at: now.toISOString(), entity: { id, mergedId, version } } })

/** How many rows of each table. */
export const countsOf = (moved: readonly Moved[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const { table, keys } of moved) if (keys.length > 0) counts[table] = (counts[table] ?? 0) + keys.length
  return counts
}

async function moveAll(trx: Knex.Transaction, references: readonly Reference[], from: string, to: string) {
  const tablesAt = await highestKeys(trx, references)
  const moved: Moved[] = []
  // both records are locked, which holds off everybody who would refer to them: what is not there now will not come
  for (const reference of await referencesInUse(trx, references, from))
    moved.push(await moveRows(trx, reference, from, to))
  return { tablesAt, moved }
}

const pick = (row: PatientRow, fields: Fields): Fields =>
  Object.fromEntries(Object.keys(fields).map((field) => [field, row[field as keyof PatientRow]])) as Fields

/** What both records become, and the words they are found by. */
async function writeBoth(
  trx: Knex.Transaction,
  { one, other }: { one: PatientRow; other: PatientRow },
  changed: Fields,
  at: string,
): Promise<PatientRow> {
  // first the merged one, which gives up the numbers that the survivor takes
  await writeRecord(trx, other, givenUp(changed), at, at)
  await removeWords(trx, other.id, other.name)
  const survivor = await writeRecord(trx, one, changed, at, null)
  if (survivor.name !== one.name) {
    await removeWords(trx, one.id, one.name)
    await addWords(trx, one.id, survivor.name)
  }
  return survivor
}

/** A merge that is to be carried out. */
export interface MergeOrder {
  id: string
  input: MergeInput
  writer: Writer
  now: Date
  /** Who refers to patients, where it is known from a merge before. */
  references?: readonly Reference[]
}

/** {@link mergePatients} inside a transaction of the caller, who tells the cache of both ids and rings afterwards. */
export async function mergeWithin(
  trx: Knex.Transaction,
  { id, input, writer, now, references }: MergeOrder,
): Promise<MergeDone> {
  const { otherId, keep } = input
  if (id === otherId)
    throw new AppError('rule/broken', { errors: [{ path: 'otherId', message: 'Is the same patient' }] })
  const at = toSqlUtc(now)
  const both = await lockBoth(trx, id, input, writer.variant)
  const { one, other } = both
  await refuseInClinic(trx, [id, otherId], 'One of the two has a ticket that is not over.')
  const changed = mergedFields(one, other, keep, clinicDay(now))
  const survivor = await writeBoth(trx, both, changed, at)
  const { moved, tablesAt } = await moveAll(trx, references ?? (await patientReferences(trx)), otherId, id)
  const mergeId = await insertMerge(trx, {
    survivorId: id,
    mergedId: otherId,
    survivorBefore: pick(one, changed),
    survivorAfter: changed,
    mergedBefore: pick(other, givenUp(changed)),
    tablesAt,
    userId: writer.who.userId ?? null,
    at,
  })
  await rememberRows(trx, mergeId, moved)
  await addFigures(trx, negated(newPatientFigures([other])))
  const merge = (await findMerge(trx, mergeId)) as MergeRow
  const fields = Object.keys(changed)
  await writeAudit(
    trx,
    mergeEntries(writer, 'patients.merge', merge, { fields, moved: countsOf(moved) }),
    now,
  )
  await tellMerge(trx, 'patient.merged', merge, survivor.version, now)
  const patient = viewPatient(survivor, writer.variant)
  return { merge: viewMerge(merge), patient, moved: countsOf(moved), fields }
}

/**
 * Puts another record of the same person into this one: fields by choice, and everything that refers to the other one,
 * row by row remembered. The other one is not found any more; its id answers `state/merged` with the survivor. Throws
 * `state/version` with both, `state/conflict` while either is in the clinic, `state/merged`, `not-found`, `rule/broken`.
 */
export async function mergePatients(
  deps: MergeDeps,
  id: string,
  input: MergeInput,
  writer: Writer,
): Promise<MergeDone> {
  const now = deps.clock.now()
  const work = async (trx: Knex.Transaction) => ({
    result: await mergeWithin(trx, { id, input, writer, now }),
    ids: [id, input.otherId],
  })
  const done = await writing(deps, PATIENTS, work, writer.signal)
  void ring(deps)
  return done
}
