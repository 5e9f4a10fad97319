import type { Knex } from '../db/connect.ts'
import { AppError } from '../errors/app-error.ts'
import { type Fields, haveCommonField } from './merge-fields.ts'
import { liveMergesOf, type MergeRow, viewMerge } from './merge-store.ts'
import { survivorOf } from './merged-into.ts'
import { clinicNumber } from './view.ts'

const parsed = (text: string): Fields => JSON.parse(text) as Fields

/**
 * Refuses to take two records apart while a later merge stands upon theirs, because then neither record could become
 * what it was: the survivor is part of another record by now (`state/merged`), or a later one put into it has changed
 * the same fields (`state/conflict`). Both name in `first` the merge to be taken apart before. Later merges that
 * changed other fields stand in no one's way: rows go back by their own keys. The survivor is locked by the caller.
 */
export async function refuseOutOfOrder(trx: Knex.Transaction, merge: MergeRow): Promise<void> {
  const [into] = await liveMergesOf(trx, 'merged_id', merge.survivor_id)
  if (into !== undefined) {
    const survivor = (await survivorOf(trx, merge.survivor_id)) ?? into.survivor_id
    throw new AppError('state/merged', {
      detail: 'The record that was kept is part of another one now; that merge has to be taken apart first.',
      extra: {
        survivor: { id: survivor, clinicNumber: clinicNumber(survivor) },
        current: viewMerge(merge),
        first: viewMerge(into),
      },
    })
  }
  const after = parsed(merge.survivor_after)
  const [later] = (await liveMergesOf(trx, 'survivor_id', merge.survivor_id)).filter(
    (each) => BigInt(each.id) > BigInt(merge.id) && haveCommonField(after, parsed(each.survivor_after)),
  )
  if (later === undefined) return
  throw new AppError('state/conflict', {
    detail: 'A later merge into the same record changed the same fields; it has to be taken apart first.',
    extra: { current: viewMerge(merge), first: viewMerge(later) },
  })
}
