import { writeAudit } from '../audit/write.ts'
import { writing } from '../cache/writing.ts'
import type { Knex } from '../db/connect.ts'
import { isDuplicateKey } from '../db/errors.ts'
import { assertSeen, type Seen } from '../db/seen.ts'
import { AppError } from '../errors/app-error.ts'
import { type PatientName, throwDuplicate } from '../patients/commands.ts'
import { PATIENTS } from '../patients/reads.ts'
import type { QueueWriteDeps, Who } from '../queue/commands.ts'
import { toSqlUtc } from '../units/clock.ts'
import { presentFamily } from './reads.ts'
import { bringMembers, familyEntries } from './register.ts'
import { type FamilyRow, findFamily, membersInsertion } from './repository.ts'
import type { Family, FamilyMemberInput, Relation } from './schema.ts'

export { registerFamily } from './register.ts'

/** Holds a family whose state the writer has seen and raises its version; throws `state/version` with what it is. */
async function touch(
  trx: Knex.Transaction,
  id: string,
  seen: Seen,
  at: string,
  changes: Record<string, string> = {},
): Promise<FamilyRow> {
  const row = await findFamily(trx, id, { lock: true })
  if (row === undefined) throw new AppError('not-found')
  assertSeen(seen, row.version, await presentFamily(trx, id))
  await trx('families')
    .comment('families.touch')
    .where({ id })
    .update({ ...changes, version: row.version + 1, updated_at: at })
  return row
}

/** One change of a family that was seen; answers it as it is then. */
function changing(
  deps: QueueWriteDeps,
  id: string,
  seen: Seen,
  changes: Record<string, string>,
  work: (trx: Knex.Transaction, at: string) => Promise<readonly string[]>,
): Promise<Family> {
  const at = toSqlUtc(deps.clock.now())
  return writing(deps, PATIENTS, async (trx) => {
    await touch(trx, id, seen, at, changes)
    const ids = await work(trx, at)
    return { result: await presentFamily(trx, id), ids }
  })
}

const NOBODY: readonly string[] = []

/** Gives a family another name. */
export const renameFamily = (
  deps: QueueWriteDeps,
  id: string,
  seen: Seen,
  name: string,
  who: Who,
): Promise<Family> =>
  changing(deps, id, seen, { name }, async (trx) => {
    const entry = {
      ...who,
      action: 'families.rename',
      entity: 'family',
      entityId: id,
      outcome: 'ok',
    } as const
    await writeAudit(trx, entry, deps.clock.now())
    return NOBODY
  })

/** Deletes a family softly; its members stay in the file. */
export async function deleteFamily(deps: QueueWriteDeps, id: string, seen: Seen, who: Who): Promise<void> {
  const now = deps.clock.now()
  await writing(deps, PATIENTS, async (trx) => {
    await touch(trx, id, seen, toSqlUtc(now), { deleted_at: toSqlUtc(now) })
    const members = (await trx('family_members').where({ family_id: id }).pluck('patient_id')) as string[]
    await writeAudit(trx, familyEntries(who, 'families.delete', id, members), now)
    return { result: undefined }
  })
}

/** Adds one who is new or in the file. Throws `state/conflict` for somebody who belongs to the family already. */
export async function addMember(
  deps: QueueWriteDeps,
  id: string,
  seen: Seen,
  member: FamilyMemberInput,
  who: Who,
): Promise<Family> {
  const { rows, write } = await bringMembers(deps, [member], {
    patient: () => 'patient.',
    patientId: () => 'patientId',
  })
  try {
    return await changing(deps, id, seen, {}, async (trx, at) => {
      const [person] = (await write(trx, who)) as [PatientName]
      await membersInsertion(trx, id, [{ patientId: person.id, relation: member.relation }], at)
      await writeAudit(trx, familyEntries(who, 'families.add', id, [person.id]), deps.clock.now())
      return rows.map((row) => row.id)
    })
  } catch (error) {
    if (!isDuplicateKey(error) || rows.length > 0) return throwDuplicate(deps, rows, error)
    throw new AppError('state/conflict', {
      detail: 'Belongs to this family already.',
      extra: { current: await presentFamily(deps.db, id) },
    })
  }
}

/** Says what somebody is in a family. Throws `not-found` for one who does not belong to it. */
export const changeMember = (
  deps: QueueWriteDeps,
  id: string,
  patientId: string,
  seen: Seen,
  relation: Relation,
  who: Who,
): Promise<Family> =>
  changing(deps, id, seen, {}, async (trx) => {
    const member = { family_id: id, patient_id: patientId }
    const found = await trx('family_members').comment('families.member').where(member).forUpdate().first('id')
    if (found === undefined) throw new AppError('not-found')
    await trx('family_members').comment('families.relate').where(member).update({ relation })
    await writeAudit(trx, familyEntries(who, 'families.relate', id, [patientId]), deps.clock.now())
    return NOBODY
  })

/** Takes somebody out of a family; the record stays. Throws `not-found` for one who does not belong to it. */
export const removeMember = (
  deps: QueueWriteDeps,
  id: string,
  patientId: string,
  seen: Seen,
  who: Who,
): Promise<Family> =>
  changing(deps, id, seen, {}, async (trx) => {
    const member = { family_id: id, patient_id: patientId }
    const removed = await trx('family_members').comment('families.remove').where(member).delete()
    if (removed === 0) throw new AppError('not-found')
    await writeAudit(trx, familyEntries(who, 'families.remove', id, [patientId]), deps.clock.now())
    return NOBODY
  })
