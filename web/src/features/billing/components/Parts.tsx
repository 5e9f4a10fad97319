import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { formatSen } from '../amounts.ts'
import type { Part, Sums } from '../desk.ts'
import styles from './Desk.module.css'

/** What was put down already of a payment that is made in several ways. */
export function Parts({ parts, onChange }: { parts: readonly Part[]; onChange: (parts: Part[]) => void }) {
  const { t } = useTranslation()
  if (parts.length === 0) return null
  return (
    <ul className={styles.parts} aria-label={t('billing.parts')}>
      {parts.map((part, at) => {
        const method = t(`billing.method.${part.method}`)
        return (
          <li key={`${part.method}-${part.sen}-${part.reference}`} className={styles.part}>
            <span>
              {method} {part.reference === '' ? null : <span className={styles.dim}>{part.reference}</span>}
            </span>
            <span>{formatSen(part.sen)}</span>
            <Button
              size="compact-sm"
              variant="subtle"
              aria-label={t('billing.removeItem', { item: method })}
              onClick={() => onChange(parts.filter((_, other) => other !== at))}
            >
              {t('billing.remove')}
            </Button>
          </li>
        )
      })}
    </ul>
  )
}

/** The change, large, as soon as there is some. */
export function Change({ sums }: { sums: Sums | null }) {
  const { t } = useTranslation()
  if (sums === null || sums.changeSen <= 0) return null
  return (
    <div className={styles.preview} role="status">
      <span>{t('billing.change')}</span>
      <strong>{formatSen(sums.changeSen)}</strong>
    </div>
  )
}
