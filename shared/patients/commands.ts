import { changedBy } from '../audit/changed-by.ts'
import type { AuditEntry } from '../audit/entry.ts'
import { writeAudit } from '../audit/write.ts'
import { type WriteDeps, writing } from '../cache/writing.ts'
import { addFigures } from '../dashboard/commands.ts'
import { negated, newPatientFigures } from '../dashboard/rules.ts'
import type { Knex } from '../db/connect.ts'
import { isDuplicateKey } from '../db/errors.ts'
import { madeBefore, onceInsertion, onceOf } from '../db/idempotency.ts'
import { assertSeen as assertSeenState, type Seen } from '../db/seen.ts'
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

export type { PatientRow } from './model.ts'
export {
  holdPatients,
  nameOf,
  type PatientName,
  patientInsertions,
  prepareNewPatients,
  throwDuplicate,
} from './new-patient.ts'

/** What an idempotency key of this domain stands for. */
const PATIENT = 'patient'
/** Under what a change of the record is written down. */
const UPDATE = 'patients.update'

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
  const once = onceOf(writer.who.userId, idempotencyKey, ['patients.register', input])
  const known = once === undefined ? undefined : await madeBefore(deps.db, once, PATIENT)
  if (known !== undefined) return viewPatient(await patients.getById(deps.db, known), writer.variant)
  const [row] = (await prepareNewPatients(deps, [input])) as [PatientRow]
  const { id } = row
  try {
    const register = async (trx: Knex.Transaction) => {
      await insertNewPatients(trx, [row])
      if (once !== undefined) await onceInsertion(trx, once, PATIENT, id)
      await addFigures(trx, newPatientFigures([row]))
      await writeAudit(trx, { ...about(writer, id), action: 'patients.register' }, now)
      return { result: undefined, ids: [id] }
    }
    await writing(deps, PATIENTS, register, writer.signal)
  } catch (error) {
    // two requests with the same key at once: the second waited for the first one's row of the key
    const made =
      once === undefined || !isDuplicateKey(error) ? undefined : await madeBefore(deps.db, once, PATIENT)
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
 * `current` and in `changedBy` who made it so, `rule/broken`, `state/duplicate`, `not-found`. Nothing is written when nothing differs. `renamed` runs in
 * the same transaction after a change of the name, for what shows it.
 */
export async function editPatient(
  deps: WriteDeps,
  id: string,
  seen: Seen,
  changes: PatientChanges,
  writer: Writer,
  renamed?: (trx: Knex.Transaction, id: string) => Promise<void>,
): Promise<Patient> {
  const now = deps.clock.now()
  let wanted: PatientRow | undefined
  try {
    const edit = async (trx: Knex.Transaction) => {
      const row = await presentPatient(trx, id, { lock: true })
      assertSeen(row, seen, writer.variant)
      const different = differences(row, changes, clinicDay(now))
      if (Object.keys(different).length === 0) return { result: viewPatient(row, writer.variant), ids: [id] }
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
        await renamed?.(trx, id)
      }
      const detail = { fields, version: wanted.version }
      await writeAudit(trx, { ...about(writer, id), action: UPDATE, detail }, now)
      return { result: viewPatient(wanted, writer.variant), ids: [id] }
    }
    return await writing(deps, PATIENTS, edit, writer.signal)
  } catch (error) {
    if (error instanceof AppError && error.code === 'state/version') throw await naming(deps.db, id, error)
    if (wanted === undefined) throw error
    return throwDuplicate(deps, [wanted], error)
  }
}

/** The refusal of who was too late, with the name of who was quicker. */
async function naming(db: Knex, patientId: string, refused: AppError): Promise<AppError> {
  const current = refused.extra?.current as Patient | undefined
  if (current === undefined) return refused
  const last = { patientId, action: UPDATE, version: current.version }
  return new AppError(refused.code, { extra: { ...refused.extra, changedBy: await changedBy(db, last) } })
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
  const remove = async (trx: Knex.Transaction) => {
    const row = await presentPatient(trx, id, { lock: true })
    if (seen !== undefined) assertSeen(row, seen, writer.variant)
    await refuseInClinic(trx, [id], 'The patient has a ticket that is not over.')
    await markDeleted(trx, id, toSqlUtc(now))
    await removeWords(trx, id, row.name)
    await addFigures(trx, negated(newPatientFigures([row])))
    await writeAudit(trx, { ...about(writer, id), action: 'patients.delete' }, now)
    return { result: undefined, ids: [id] }
  }
  await writing(deps, PATIENTS, remove, writer.signal)
}
