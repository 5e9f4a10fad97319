import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { formatMoment } from '../../../../lib/format.ts'
import { Notice } from '../../../../ui/Notice.tsx'
import { patientKeys } from '../../../patients/api.ts'
import { Refusal } from '../../../patients/components/MergeDialog.tsx'
import { undoMerge } from '../../../patients/file-api.ts'
import type { DuplicatePair } from '../../duplicates/api.ts'
import styles from './duplicates.module.css'

/** What became of a pair: put together, with the way back; split again; or why it could not be. */
export function PairOutcome({ pair }: { pair: DuplicatePair }) {
  const { t, i18n } = useTranslation()
  if (pair.status === 'merged') return <Merged pair={pair} />
  if (pair.status === 'split') return <Notice tone="good">{t('pairs.isSplit')}</Notice>
  if (pair.status === 'settled') return <Notice>{t('pairs.isSettled')}</Notice>
  if (pair.status !== 'refused') return null
  const known = `pairs.refusal.${(pair.refusal ?? '').replace('/', '-')}`
  return (
    <Notice tone="warn" title={t('pairs.isRefused')}>
      {t(i18n.exists(known) ? known : 'pairs.refusal.other')}
    </Notice>
  )
}

function Merged({ pair }: { pair: DuplicatePair }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const kept = pair.stays === 'imported' ? pair.imported : pair.existing
  const split = useMutation({
    mutationFn: () => undoMerge(pair.mergeId ?? ''),
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['operations', 'duplicates'] }),
        queries.invalidateQueries({ queryKey: patientKeys.all }),
      ]),
  })
  return (
    <>
      <div className={styles.outcome}>
        <span>
          {t('pairs.isMerged', {
            number: kept.clinicNumber,
            by: pair.decidedBy ?? '',
            at: formatMoment(pair.decidedAt),
          })}
        </span>
        <Link to={`/patients/${kept.id}`}>{t('pairs.open', { number: kept.clinicNumber })}</Link>
        <Button size="xs" variant="default" loading={split.isPending} onClick={() => split.mutate()}>
          {t('pairs.split')}
        </Button>
      </div>
      <Refusal error={split.error} />
    </>
  )
}
