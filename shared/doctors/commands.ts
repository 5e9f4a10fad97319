import type { AuditEntry } from '../audit/entry.ts'
import { writeAudit } from '../audit/write.ts'
import { type WriteDeps, writing } from '../cache/writing.ts'
import { isDuplicateKey, isMissingReference } from '../db/errors.ts'
import { assertSeen, type Seen } from '../db/seen.ts'
import { printableTypeOf } from '../documents/image.ts'
import { AppError } from '../errors/app-error.ts'
import { toSqlUtc } from '../units/clock.ts'
import { DOCTORS } from './reads.ts'
import {
  type DoctorRow,
  findDoctor,
  insertDoctor,
  insertSignature,
  takenField,
  updateDoctor,
} from './repository.ts'
import type { Doctor, DoctorChanges, DoctorInput, Signature, SignatureChange } from './schema.ts'
import { viewDoctor, viewSignature } from './view.ts'

type Who = Omit<AuditEntry, 'action' | 'outcome'>

const about = (who: Who, id: string, action: string): AuditEntry => ({
  ...who,
  action,
  entity: 'doctor',
  entityId: id,
  outcome: 'ok',
})

/** The columns of the given fields; what is not given is left out. */
function columnsOf(given: DoctorChanges) {
  const all = {
    user_id: given.userId,
    code: given.code,
    name: given.name,
    specialty: given.specialty,
    mmc_number: given.mmcNumber,
    apc_number: given.apcNumber,
    room: given.room,
    working_hours: given.workingHours === undefined ? undefined : JSON.stringify(given.workingHours),
    active: given.active,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as {
    [Column in keyof typeof all]?: Exclude<(typeof all)[Column], undefined>
  }
}

/** Turns what a key refused into an answer that names the field. */
async function named(
  deps: WriteDeps,
  given: DoctorChanges,
  id: string | null,
  error: unknown,
): Promise<never> {
  if (isMissingReference(error))
    throw new AppError('rule/broken', { errors: [{ path: 'userId', message: 'There is no such user' }] })
  const field = isDuplicateKey(error) ? await takenField(deps.db, given, id) : undefined
  if (field === undefined) throw error
  throw new AppError('state/duplicate', {
    detail: 'Another doctor has this.',
    extra: { field },
    cause: error,
  })
}

/** Adds a doctor. Throws `state/duplicate` naming the field, `rule/broken`. */
export async function createDoctor(deps: WriteDeps, input: DoctorInput, who: Who): Promise<Doctor> {
  const now = deps.clock.now()
  const row = {
    user_id: input.userId ?? null,
    code: input.code,
    name: input.name,
    specialty: input.specialty ?? null,
    mmc_number: input.mmcNumber ?? null,
    apc_number: input.apcNumber ?? null,
    room: input.room ?? null,
    working_hours: JSON.stringify(input.workingHours ?? {}),
    active: input.active ?? true,
  }
  try {
    return await writing(deps, DOCTORS, async (trx) => {
      const id = await insertDoctor(trx, row, toSqlUtc(now))
      await writeAudit(trx, about(who, id, 'doctors.create'), now)
      return {
        result: viewDoctor({ ...row, id, signature_id: null, active: row.active ? 1 : 0, version: 1 }),
        ids: [id],
      }
    })
  } catch (error) {
    return named(deps, input, null, error)
  }
}

/** Changes a doctor whose state the writer has seen. Throws `state/version`, `state/duplicate`, `not-found`. */
export async function editDoctor(
  deps: WriteDeps,
  id: string,
  seen: Seen,
  changes: DoctorChanges,
  who: Who,
): Promise<Doctor> {
  const now = deps.clock.now()
  const columns = columnsOf(changes)
  try {
    return await writing(deps, DOCTORS, async (trx) => {
      const row = await findDoctor(trx, id, { lock: true })
      if (row === undefined) throw new AppError('not-found')
      assertSeen(seen, row.version, viewDoctor(row))
      const fields = Object.keys(columns)
      if (fields.length === 0) return { result: viewDoctor(row) }
      await updateDoctor(trx, id, columns, toSqlUtc(now))
      const version = row.version + 1
      await writeAudit(trx, { ...about(who, id, 'doctors.update'), detail: { fields, version } }, now)
      const active = columns.active === undefined ? row.active : columns.active ? 1 : 0
      const next: DoctorRow = { ...row, ...columns, active, version }
      return { result: viewDoctor(next), ids: [id] }
    })
  } catch (error) {
    return named(deps, changes, id, error)
  }
}

/**
 * Gives a doctor whose state the writer has seen another picture to sign papers with, or none; papers that were issued
 * keep theirs. Throws `rule/broken` for what no document takes as it is, `state/version` with the present doctor,
 * `not-found`.
 */
export async function changeSignature(
  deps: WriteDeps,
  id: string,
  { image, version }: SignatureChange,
  who: Who,
): Promise<Signature> {
  const type = image === null ? null : printableTypeOf(image)
  if (image !== null && type === null)
    throw new AppError('rule/broken', {
      errors: [{ path: 'image', message: 'Must be a JPEG, or a PNG without transparency' }],
    })
  const now = deps.clock.now()
  const at = toSqlUtc(now)
  return writing(deps, DOCTORS, async (trx) => {
    const row = await findDoctor(trx, id, { lock: true })
    if (row === undefined) throw new AppError('not-found')
    assertSeen({ version }, row.version, viewDoctor(row))
    const picture = image === null || type === null ? undefined : { media_type: type, content: image }
    const by = { doctor_id: id, created_at: at, created_by: who.userId ?? null }
    const signature_id = picture === undefined ? null : await insertSignature(trx, { ...picture, ...by })
    await updateDoctor(trx, id, { signature_id }, at)
    const detail = { version: version + 1, signature: signature_id }
    await writeAudit(trx, { ...about(who, id, 'doctors.signature'), detail }, now)
    return { result: viewSignature(picture, version + 1), ids: [id] }
  })
}
