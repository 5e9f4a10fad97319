import type { Db } from '../db/connect.ts'
import { reading } from '../db/transaction.ts'
import { AppError } from '../errors/app-error.ts'
import type { PatientRow } from './model.ts'
import { patients } from './repository.ts'
import { clinicNumber } from './view.ts'

const LONGEST_CHAIN = 20

/** The patient whose record a merged one is now part of, over any number of merges; undefined for others. */
export async function survivorOf(db: Db, id: string): Promise<string | undefined> {
  let survivor: string | undefined
  for (let step = 0; step < LONGEST_CHAIN; step++) {
    const row = (await reading(
      db('patient_merges')
        .comment('patients.merged-into')
        .where({ merged_id: survivor ?? id, live: 1 })
        .first('survivor_id'),
    )) as { survivor_id: string } | undefined
    if (row === undefined) break
    survivor = row.survivor_id
  }
  return survivor
}

/** Throws `state/merged` naming the survivor when that patient was merged; answers otherwise. */
export async function refuseMerged(db: Db, id: string): Promise<void> {
  const survivor = await survivorOf(db, id)
  if (survivor === undefined) return
  throw new AppError('state/merged', {
    extra: { survivor: { id: survivor, clinicNumber: clinicNumber(survivor) } },
  })
}

/** A patient of the file; throws `state/merged` naming the survivor, or `not-found`. */
export async function presentPatient(
  db: Db,
  id: string,
  options: { lock?: boolean } = {},
): Promise<PatientRow> {
  const row = await patients.findById(db, id, options)
  if (row !== undefined) return row
  await refuseMerged(db, id)
  throw new AppError('not-found')
}
