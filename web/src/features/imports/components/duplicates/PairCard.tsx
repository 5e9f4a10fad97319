import { Button } from '@mantine/core'
import { useLayoutEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Key } from '../../../../ui/Key.tsx'
import type { DuplicatePair } from '../../duplicates/api.ts'
import type { Decisions } from '../../duplicates/use-decisions.ts'
import styles from './duplicates.module.css'
import { PairOutcome } from './PairOutcome.tsx'
import { PairTable } from './PairTable.tsx'

interface PairCardProps {
  pair: DuplicatePair
  /** The one that the keys speak of: it is open, the others are a line. */
  isCurrent: boolean
  /** Whether the focus goes along, because a key has led here. */
  takesFocus: boolean
  /** Null where nothing can be decided now. */
  decisions: Decisions | null
  onOpen: () => void
  onDecided: () => void
}

/** A pair that may be one person: why, both records side by side, and what is decided. */
export function PairCard({ pair, isCurrent, takesFocus, decisions, onOpen, onDecided }: PairCardProps) {
  const { t } = useTranslation()
  const card = useRef<HTMLLIElement>(null)
  useLayoutEffect(() => {
    if (isCurrent && takesFocus) card.current?.focus()
  }, [isCurrent, takesFocus])
  const { existing, imported } = pair
  return (
    <li
      ref={card}
      tabIndex={-1}
      className={styles.card}
      data-current={isCurrent || undefined}
      aria-current={isCurrent || undefined}
      data-pair={pair.id}
    >
      <button type="button" className={styles.cardHead} aria-expanded={isCurrent} onClick={onOpen}>
        <span className={styles.score} data-certainty={pair.certainty}>
          {pair.score}
        </span>
        <span className={styles.names}>
          <strong>{existing.name}</strong>
          {imported.name === existing.name ? null : <span>{imported.name}</span>}
        </span>
        <span className={styles.reasons}>
          {pair.reasons.map((reason) => t(`duplicates.reason.${reason}`)).join(' · ')}
        </span>
        <Chosen pair={pair} decisions={decisions} />
      </button>
      {isCurrent ? (
        <div className={styles.cardBody}>
          <PairTable pair={pair} />
          <PairOutcome pair={pair} />
          {decisions === null ? null : <Choice pair={pair} decisions={decisions} onDecided={onDecided} />}
        </div>
      ) : null}
    </li>
  )
}

/** What was decided, until it is carried out. */
function Chosen({ pair, decisions }: Pick<PairCardProps, 'pair' | 'decisions'>) {
  const { t } = useTranslation()
  const chosen = decisions?.of(pair.id)
  if (chosen === undefined) return null
  return (
    <span className={styles.chosen} data-decision={chosen.decision}>
      {t(chosen.decision === 'merge' ? `pairs.chosen.${chosen.stays}` : `pairs.chosen.${chosen.decision}`)}
    </span>
  )
}

interface ChoiceProps {
  pair: DuplicatePair
  decisions: Decisions
  onDecided: () => void
}

function Choice({ pair, decisions, onDecided }: ChoiceProps) {
  const { t } = useTranslation()
  const chosen = decisions.of(pair.id)
  const locked = decisions.isFull && chosen === undefined
  const decide = (...[decision, stays]: [Parameters<Decisions['decide']>[1], 'imported'?]) => {
    decisions.decide(pair, decision, stays)
    onDecided()
  }
  return (
    <div className={styles.choice}>
      <Button size="xs" disabled={locked} rightSection={<Key of="m" />} onClick={() => decide('merge')}>
        {t('pairs.merge')}
      </Button>
      <Button size="xs" variant="default" disabled={locked} onClick={() => decide('merge', 'imported')}>
        {t('pairs.mergeIntoImported')}
      </Button>
      <Button
        size="xs"
        variant="default"
        disabled={locked}
        rightSection={<Key of="n" />}
        onClick={() => decide('keep-both')}
      >
        {t('pairs.notSame')}
      </Button>
      <Button
        size="xs"
        variant="default"
        disabled={locked}
        rightSection={<Key of="l" />}
        onClick={() => decide('later')}
      >
        {t('pairs.later')}
      </Button>
      {chosen === undefined ? null : (
        <Button
          size="xs"
          variant="subtle"
          rightSection={<Key of="u" />}
          onClick={() => decisions.takeBack(pair.id)}
        >
          {t('pairs.takeBack')}
        </Button>
      )}
    </div>
  )
}
