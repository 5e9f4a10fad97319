import { writeAudit } from '../audit/write.ts'
import type { Db } from '../db/connect.ts'
import { inTransaction, reading } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { fromSqlUtc, toSqlUtc } from '../units/clock.ts'
import type { Writer } from './commands.ts'
import { presentPatient } from './merged-into.ts'
import type { Watch, WatchList } from './schema.ts'
import { clinicNumber } from './view.ts'

/** More than any one clinic watches: bounds the list. */
const MOST_WATCHED = 500

interface WatchRow {
  patient_id: string
  patient_name: string
  reason: string
  since: string
  by: string | null
}

const watches = (db: Db, name: string) =>
  db('patient_watches as w')
    .comment(`patients.${name}`)
    .join('patients as p', 'p.id', 'w.patient_id')
    .leftJoin('users as u', 'u.id', 'w.by_user_id')
    .whereNull('p.deleted_at')
    .select({
      patient_id: 'w.patient_id',
      patient_name: 'p.name',
      reason: 'w.reason',
      since: 'w.since',
      by: 'u.username',
    })

const viewWatch = (row: WatchRow | undefined): Watch => ({
  reason: row?.reason ?? null,
  since: fromSqlUtc(row?.since ?? null),
  by: row?.by ?? null,
})

/** Whether looks at a patient's record are reported, and why. Throws `not-found`, `state/merged`. */
export async function getWatch({ db }: Pick<Deps, 'db'>, id: string): Promise<Watch> {
  await presentPatient(db, id)
  const row = watches(db, 'watch').where('w.patient_id', id).first()
  return viewWatch(await reading(row as PromiseLike<WatchRow | undefined>))
}

/** The patients at whose records every look is reported, the latest first. */
export async function getWatched({ db }: Pick<Deps, 'db'>): Promise<WatchList> {
  const order = [{ column: 'w.since', order: 'desc' }, 'w.patient_id']
  const query = watches(db, 'watched').orderBy(order).limit(MOST_WATCHED)
  const rows = await reading(query as unknown as PromiseLike<WatchRow[]>)
  const data = rows.map((row) => ({
    patient: {
      id: row.patient_id,
      name: row.patient_name,
      clinicNumber: clinicNumber(row.patient_id),
    },
    ...viewWatch(row),
  }))
  return { data }
}

/** Has looks at a patient's record reported from now on, for a reason; null: no longer. Throws as {@link getWatch}. */
export async function watchPatient(
  deps: Pick<Deps, 'db' | 'clock'>,
  id: string,
  reason: string | null,
  { who }: Pick<Writer, 'who'>,
): Promise<Watch> {
  const now = deps.clock.now()
  return inTransaction(deps.db, async (trx) => {
    await presentPatient(trx, id, { lock: true })
    const table = trx('patient_watches').comment('patients.set-watch')
    const row = { patient_id: id, reason: reason ?? '', since: toSqlUtc(now), by_user_id: who.userId ?? null }
    if (reason === null) await table.where({ patient_id: id }).delete()
    else await table.insert(row).onConflict('patient_id').merge(['reason', 'since', 'by_user_id'])
    const action = reason === null ? 'patients.unwatch' : 'patients.watch'
    const about = { entity: 'patient', entityId: id, patientId: id, outcome: 'ok' } as const
    await writeAudit(trx, { ...who, action, ...about }, now)
    return getWatch({ db: trx }, id)
  })
}
