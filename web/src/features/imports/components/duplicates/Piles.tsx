import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { formatCount } from '../../../../lib/format.ts'
import type { DuplicatesFound } from '../../duplicates/api.ts'
import styles from './duplicates.module.css'

/** The three piles of an import: who was there by the keys, who looks like somebody, who is new. */
export function Piles({ operationId, piles }: { operationId: string; piles: DuplicatesFound['piles'] }) {
  const { t } = useTranslation()
  const { exact, probable } = piles
  const pairs = Object.values(probable).reduce((sum, n) => sum + n, 0)
  return (
    <dl className={styles.piles}>
      <div>
        <dt>{t('pairs.pile.exact')}</dt>
        <dd data-pile="exact">{formatCount(exact.settled + exact.refused)}</dd>
        <dd className={styles.hint}>
          {t('pairs.pile.exactHint', {
            settled: formatCount(exact.settled),
            refused: formatCount(exact.refused),
          })}{' '}
          {exact.refused > 0 ? (
            <Link to={`/imports/${operationId}`}>{t('pairs.pile.seeRefused')}</Link>
          ) : null}
        </dd>
      </div>
      <div>
        <dt>{t('pairs.pile.probable')}</dt>
        <dd data-pile="probable">{piles.searched ? formatCount(pairs) : '–'}</dd>
        <dd className={styles.hint}>
          {t('pairs.pile.probableHint', { open: formatCount(probable.open + probable.later) })}
        </dd>
      </div>
      <div>
        <dt>{t('pairs.pile.new')}</dt>
        <dd data-pile="new">{piles.searched ? formatCount(piles.new) : '–'}</dd>
        <dd className={styles.hint}>{t('pairs.pile.newHint')}</dd>
      </div>
    </dl>
  )
}
