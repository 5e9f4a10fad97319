import { useDraft } from '../../../lib/use-draft.ts'
import type { DuplicatePair, DuplicatesInput, PairDecision, Stays } from './api.ts'

/** Most that one call takes. */
const MOST = 200

/** What was decided about a pair and is not sent yet, with the versions that were seen. */
interface Decided {
  decision: PairDecision
  stays: Stays
  importedVersion: number
  existingVersion: number
}

export interface Decisions {
  of: (pair: string) => Decided | undefined
  count: number
  isFull: boolean
  decide: (pair: DuplicatePair, decision: PairDecision, stays?: Stays) => void
  takeBack: (pair: string) => void
  /** What is sent. */
  body: () => DuplicatesInput
  drop: () => void
}

/** Decisions that are gathered pair by pair and carried out together; a reload loses none. */
export function useDecisions(operationId: string): Decisions {
  const draft = useDraft<{ pairs: Record<string, Decided> }>(`duplicates.${operationId}`, { pairs: {} })
  const { pairs } = draft.value
  const count = Object.keys(pairs).length
  return {
    of: (pair) => pairs[pair],
    count,
    isFull: count >= MOST,
    decide: (pair, decision, stays = 'existing') =>
      draft.change({
        pairs: {
          ...pairs,
          [pair.id]: {
            decision,
            stays,
            importedVersion: pair.imported.version,
            existingVersion: pair.existing.version,
          },
        },
      }),
    takeBack: (pair) => {
      const { [pair]: _, ...rest } = pairs
      draft.change({ pairs: rest })
    },
    body: () => ({
      decisions: Object.entries(pairs).map(([pair, { decision, ...seen }]) =>
        decision === 'merge' ? { pair, decision, ...seen } : { pair, decision },
      ),
    }),
    drop: draft.drop,
  }
}
