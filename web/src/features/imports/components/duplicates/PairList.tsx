import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Scrolled } from '../../../../lib/use-long-list.ts'
import type { DuplicatePair, PairDecision } from '../../duplicates/api.ts'
import type { Decisions } from '../../duplicates/use-decisions.ts'
import { DESK_KEYS, useDeskKeys } from '../../duplicates/use-keys.ts'
import styles from './duplicates.module.css'
import { PairCard } from './PairCard.tsx'

interface PairListProps {
  list: Scrolled<DuplicatePair>
  /** Null where nothing can be decided now. */
  decisions: Decisions | null
}

/** Pairs, one of them open; letters go from pair to pair and decide about the open one. */
export function PairList({ list, decisions }: PairListProps) {
  const { t } = useTranslation()
  const { rows, more, onMore } = list
  const [open, setOpen] = useState<{ id: string; byKey: boolean } | null>(null)
  const found = rows.findIndex(({ id }) => id === open?.id)
  const at = found === -1 ? 0 : found
  const current = rows[at]
  const goTo = (place: number): void => {
    const pair = rows[Math.max(0, Math.min(rows.length - 1, place))]
    if (pair !== undefined) setOpen({ id: pair.id, byKey: true })
    if (place >= rows.length - 2 && more) onMore()
  }
  const decide = (decision: PairDecision): void => {
    // What is one record already has to be split first.
    if (current === undefined || decisions === null || !isDecidable(current)) return
    if (decisions.isFull && decisions.of(current.id) === undefined) return
    decisions.decide(current, decision)
    goTo(at + 1)
  }
  useDeskKeys({
    j: () => goTo(at + 1),
    k: () => goTo(at - 1),
    m: () => decide('merge'),
    n: () => decide('keep-both'),
    l: () => decide('later'),
    u: () => current !== undefined && decisions?.takeBack(current.id),
  })
  return (
    <>
      <ul className={styles.cards} aria-label={t('pairs.title')} data-own-keys={DESK_KEYS}>
        {rows.map((pair, place) => (
          <PairCard
            key={pair.id}
            pair={pair}
            isCurrent={place === at}
            takesFocus={open?.id === pair.id && open.byKey}
            decisions={isDecidable(pair) ? decisions : null}
            onOpen={() => setOpen({ id: pair.id, byKey: false })}
            onDecided={() => goTo(place + 1)}
          />
        ))}
      </ul>
      {more ? (
        <Button variant="default" mt={8} onClick={onMore}>
          {t('pairs.more')}
        </Button>
      ) : null}
    </>
  )
}

const isDecidable = ({ status }: DuplicatePair): boolean =>
  status !== 'merged' && status !== 'settled' && status !== 'ordered'
