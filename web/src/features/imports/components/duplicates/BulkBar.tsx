import { Button, Group, NativeSelect } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Dialog } from '../../../../ui/Dialog.tsx'
import type { DuplicatesInput, PairDecision } from '../../duplicates/api.ts'
import styles from './duplicates.module.css'

/** How sure a pair must be, by what it has in common at least. */
const SCORES = [95, 90, 80, 70, 50] as const
const DECISIONS = ['merge', 'keep-both', 'later'] as const satisfies readonly PairDecision[]

interface BulkBarProps {
  isBusy: boolean
  onSend: (body: DuplicatesInput) => void
}

/** One decision for all that wait and are sure enough; asked once more before it is carried out. */
export function BulkBar({ isBusy, onSend }: BulkBarProps) {
  const { t } = useTranslation()
  const [minScore, setMinScore] = useState('90')
  const [decision, setDecision] = useState<PairDecision>('merge')
  const [asking, setAsking] = useState(false)
  const what = { decision: t(`pairs.bulk.${decision}`), score: t(`pairs.atLeast.${minScore}`) }
  return (
    <fieldset className={styles.bulk}>
      <legend>{t('pairs.bulk.title')}</legend>
      <NativeSelect
        label={t('pairs.bulk.score')}
        value={minScore}
        onChange={(event) => setMinScore(event.currentTarget.value)}
        data={SCORES.map((score) => ({ value: String(score), label: t(`pairs.atLeast.${score}`) }))}
      />
      <NativeSelect
        label={t('pairs.bulk.decision')}
        value={decision}
        onChange={(event) => setDecision(event.currentTarget.value as PairDecision)}
        data={DECISIONS.map((each) => ({ value: each, label: t(`pairs.bulk.${each}`) }))}
      />
      <Button variant="default" loading={isBusy} onClick={() => setAsking(true)}>
        {t('pairs.bulk.do')}
      </Button>
      {asking ? (
        <Dialog onClose={() => setAsking(false)} title={t('pairs.bulk.sure')}>
          <p>{t('pairs.bulk.sureText', what)}</p>
          <p>{t(decision === 'merge' ? 'pairs.bulk.splittable' : 'pairs.bulk.changeable')}</p>
          <Group mt={16} justify="flex-end">
            <Button variant="default" data-autofocus onClick={() => setAsking(false)}>
              {t('action.cancel')}
            </Button>
            <Button
              onClick={() => {
                setAsking(false)
                onSend({ all: { decision, minScore: Number(minScore) } })
              }}
            >
              {t('pairs.bulk.yes')}
            </Button>
          </Group>
        </Dialog>
      ) : null}
    </fieldset>
  )
}
