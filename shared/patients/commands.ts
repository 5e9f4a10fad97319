import { createHash } from 'node:crypto'
import type { AuditEntry } from '../audit/entry.ts'
import { writeAudit } from '../audit/write.ts'
import { invalidate } from '../cache/invalidate.ts'
import { noteInvalidation } from '../cache/notes.ts'
import { addFigures } from '../dashboard/commands.ts'
import { negated, newPatientFigures } from '../dashboard/rules.ts'
import type { Knex } from '../db/connect.ts'
import { isDuplicateKey } from '../db/errors.ts'
import { assertSeen as assertSeenState, type Seen } from '../db/seen.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import { toSqlUtc } from '../units/clock.ts'
import { clinicDay } from '../units/dates.ts'
import { judgeInput } from './judge-input.ts'
import { presentPatient } from './merged-into.ts'
import type { PatientRow } from './model.ts'
import { DESK, insertNewPatients, prepareNewPatients, throwDuplicate } from './new-patient.ts'
import { refuseInClinic } from './open-tickets.ts'
import { PATIENTS } from './reads.ts'
import { addWords, markDeleted, patients, removeWords } from './repository.ts'
import type { Patient, PatientChanges, PatientInput } from './schema.ts'
import { type PatientVariant, viewPatient } from './view.ts'

/** Who writes, for the audit, and what they may see of the answer. */
export interface Writer {
  who: Omit<AuditEntry, 'action' | 'outcome'>
  variant: PatientVariant
  /** Aborts at the deadline or when the client goes away: then nothing is committed any more. */
  signal?: AbortSignal
}

export {
  holdPatients,
  nameOf,
  type PatientName,
  patientInsertions,
  prepareNewPatients,
  throwDuplicate,
} from './new-patient.ts'

type WriteDeps = Pick<Deps, 'db' | 'cacheRedis' | 'prefix' | 'log' | 'clock'>

/** One transaction of rows, audit and note; then the cache is told; only then is there an answer. */
async function writing<T>(
  deps: WriteDeps,
  id: string,
  { signal }: Writer,
  work: (trx: Knex.Transaction) => Promise<T>,
): Promise<T> {
  const change = async (trx: Knex.Transaction) => ({
    result: await work(trx),
    note: await noteInvalidation(trx, { domain: PATIENTS, ids: [id] }),
  })
  const { result, note } = await inTransaction(deps.db, change, signal)
  await invalidate(deps, { domain: PATIENTS, ids: [id], note })
  return result
}

const digest = (input: PatientInput): string =>
  createHash('sha256')
    .update(JSON.stringify(['patients.register', input]))
    .digest('hex')

/** The patient that an earlier request under this key made; throws when that request was another one. */
async function replayOf(
  deps: WriteDeps,
  userId: string,
  key: string,
  sha256: string,
): Promise<string | undefined> {
  const seen = await deps
    .db('idempotency_keys')
    .comment('patients.replay')
    .where({ user_id: userId, idempotency_key: key })
    .first('request_sha256', 'entity', 'entity_id')
  if (seen === undefined) return undefined
  if (seen.request_sha256 !== sha256 || seen.entity !== 'patient')
    throw new AppError('request/idempotency-mismatch')
  return seen.entity_id as string
}

/**
 * Registers one patient. With an `Idempotency-Key` a repeat answers the patient of the first request. Throws
 * `rule/broken` naming the fields, `state/duplicate` naming who has the number.
 */
export async function registerPatient(
  deps: WriteDeps,
  input: PatientInput,
  writer: Writer,
  idempotencyKey?: string,
): Promise<Patient> {
  const now = deps.clock.now()
  const userId = writer.who.userId
  const key = typeof userId === 'string' ? idempotencyKey : undefined
  const sha256 = digest(input)
  const known = key === undefined ? undefined : await replayOf(deps, userId as string, key, sha256)
  if (known !== undefined) return viewPatient(await patients.getById(deps.db, known), writer.variant)
  const [row] = (await prepareNewPatients(deps, [input])) as [PatientRow]
  const { id } = row
  try {
    await writing(deps, id, writer, async (trx) => {
      await insertNewPatients(trx, [row])
      if (key !== undefined)
        await trx('idempotency_keys').comment('patients.keep-key').insert({
          user_id: userId,
          idempotency_key: key,
          request_sha256: sha256,
          entity: 'patient',
          entity_id: id,
        })
      await addFigures(trx, newPatientFigures([row]))
      await writeAudit(trx, { ...about(writer, id), action: 'patients.register' }, now)
    })
  } catch (error) {
    // two requests with the same key at once: the second waited for the first one's row of the key
    const made =
      key === undefined || !isDuplicateKey(error)
        ? undefined
        : await replayOf(deps, userId as string, key, sha256)
    if (made === undefined) return throwDuplicate(deps, [row], error)
    return viewPatient(await patients.getById(deps.db, made), writer.variant)
  }
  return viewPatient(row, writer.variant)
}

const about = (writer: Writer, id: string): Omit<AuditEntry, 'action'> => ({
  ...writer.who,
  entity: 'patient',
  entityId: id,
  patientId: id,
  outcome: 'ok',
})

function assertSeen(row: PatientRow, seen: Seen, variant: PatientVariant): void {
  assertSeenState(seen, row.version, viewPatient(row, variant))
}

const definedOf = (changes: PatientChanges) =>
  Object.entries(changes).filter(([field, value]) => field !== 'version' && value !== undefined)

/** What of a stored row the given fields really change, in stored form. */
function differences(row: PatientRow, changes: PatientChanges, todayOn: string): Partial<PatientRow> {
  const given = Object.fromEntries(definedOf(changes))
  if (given.idNumber === null || given.idNumber === '') given.idType = null
  const asked = new Set(Object.keys(given))
  const judged = judgeInput({ ...row, ...given }, asked, todayOn)
  const different = [...asked].filter(
    (field) => judged[field as keyof typeof judged] !== row[field as keyof PatientRow],
  )
  return Object.fromEntries(different.map((field) => [field, judged[field as keyof typeof judged]]))
}

/**
 * Changes some fields of a patient whose state the writer has seen. Throws `state/version` with the present record in
 * `current`, `rule/broken`, `state/duplicate`, `not-found`. Nothing is written when nothing differs.
 */
export async function editPatient(
  deps: WriteDeps,
  id: string,
  seen: Seen,
  changes: PatientChanges,
  writer: Writer,
): Promise<Patient> {
  const now = deps.clock.now()
  let wanted: PatientRow | undefined
  try {
    return await writing(deps, id, writer, async (trx) => {
      const row = await presentPatient(trx, id, { lock: true })
      assertSeen(row, seen, writer.variant)
      const different = differences(row, changes, clinicDay(now))
      if (Object.keys(different).length === 0) return viewPatient(row, writer.variant)
      const fields = Object.keys(different)
      const next = {
        ...different,
        ...(different.externalId === undefined
          ? {}
          : { source: different.externalId === null ? null : DESK }),
        updatedAt: toSqlUtc(now),
      }
      wanted = { ...row, ...next, version: row.version + 1 }
      await patients.patch(trx, id, row.version, next, (current) => viewPatient(current, writer.variant))
      if (different.name !== undefined) {
        await removeWords(trx, id, row.name)
        await addWords(trx, id, wanted.name)
      }
      const detail = { fields, version: wanted.version }
      await writeAudit(trx, { ...about(writer, id), action: 'patients.update', detail }, now)
      return viewPatient(wanted, writer.variant)
    })
  } catch (error) {
    if (wanted === undefined) throw error
    return throwDuplicate(deps, [wanted], error)
  }
}

/**
 * Deletes a patient softly: the row stays for what refers to it, and nobody finds it any more. Throws
 * `state/conflict` naming the ticket of one who is in the clinic.
 */
export async function deletePatient(
  deps: WriteDeps,
  id: string,
  seen: Seen | undefined,
  writer: Writer,
): Promise<void> {
  const now = deps.clock.now()
  await writing(deps, id, writer, async (trx) => {
    const row = await presentPatient(trx, id, { lock: true })
    if (seen !== undefined) assertSeen(row, seen, writer.variant)
    await refuseInClinic(trx, [id], 'The patient has a ticket that is not over.')
    await markDeleted(trx, id, toSqlUtc(now))
    await removeWords(trx, id, row.name)
    await addFigures(trx, negated(newPatientFigures([row])))
    await writeAudit(trx, { ...about(writer, id), action: 'patients.delete' }, now)
  })
}
