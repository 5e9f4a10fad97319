import type { z } from 'zod'
import type {
  DuplicatePair,
  DuplicatesFound,
  duplicatesInput,
  PairDecision,
  PairStatus,
  Stays,
} from '../../../../../shared/imports/duplicates/schema.ts'
import { request } from '../../../lib/http.ts'
import type { Operation } from '../../operations/types.ts'

export type { DuplicatePair, DuplicatesFound, PairDecision, PairStatus, Stays }
export type DuplicatesInput = z.input<typeof duplicatesInput>

/** Which pairs a list shows. `split` is told of each pair; it is no list of its own. */
export type PairList = Exclude<PairStatus, 'split'>

/** Below the key of an operation's pairs all lists of them, so that one word has them read again. */
export const pairKeys = {
  of: (id: string) => ['operations', 'duplicates', id],
  list: (id: string, status: PairList) => ['operations', 'duplicates', id, status],
} as const

const pathOf = (id: string): string => `/api/operations/${encodeURIComponent(id)}/duplicates`

/** A page of pairs in one state, and the piles; `cursor` is the `next` of the page before. */
export function fetchPairs(
  id: string,
  status: PairList,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<DuplicatesFound> {
  const query = new URLSearchParams({ status, limit: '20' })
  if (cursor !== null) query.set('cursor', cursor)
  return request<DuplicatesFound>(`${pathOf(id)}?${query}`, { signal })
}

/** Has it looked for pairs, or what was decided carried out. */
export async function askForDuplicates(id: string, body: DuplicatesInput): Promise<Operation> {
  return (await request<{ operation: Operation }>(pathOf(id), { method: 'POST', body })).operation
}
