import { writeAudit } from '../../audit/write.ts'
import type { Knex } from '../../db/connect.ts'
import { toSqlUtc } from '../../units/clock.ts'
import type { Writer } from '../commands.ts'
import { pairKey } from './reads.ts'

export { type MergeOrder, mergeWithin } from '../merge.ts'
export { survivorOf } from '../merged-into.ts'
export { patientReferences, type Reference } from '../references.ts'

/** Remembers that two records are of two people, so that nobody is asked again; with the trail of both. */
export async function keepApart(
  trx: Knex.Transaction,
  pairs: readonly (readonly [string, string])[],
  { who }: Pick<Writer, 'who'>,
  now: Date,
): Promise<void> {
  if (pairs.length === 0) return
  await trx('patient_distinctions')
    .comment('patients.keep-apart')
    .insert(
      pairs.map(([one, other]) => {
        const [low, high] = pairKey(one, other)
        return {
          low_patient_id: low,
          high_patient_id: high,
          decided_by: who.userId ?? null,
          decided_at: toSqlUtc(now),
        }
      }),
    )
    .onConflict()
    .ignore()
  await writeAudit(
    trx,
    pairs.flatMap(([one, other]) =>
      [
        [one, other],
        [other, one],
      ].map(([id = '', of]) => ({
        ...who,
        action: 'patients.kept-apart',
        entity: 'patient',
        entityId: id,
        patientId: id,
        outcome: 'ok' as const,
        detail: { other: of },
      })),
    ),
    now,
  )
}

/** Forgets it again, when somebody decides that they are one. */
export async function forgetApart(trx: Knex.Transaction, one: string, other: string): Promise<void> {
  const [low, high] = pairKey(one, other)
  await trx('patient_distinctions')
    .comment('patients.forget-apart')
    .where({ low_patient_id: low, high_patient_id: high })
    .delete()
}
