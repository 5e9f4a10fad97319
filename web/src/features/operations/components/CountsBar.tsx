import { useTranslation } from 'react-i18next'
import { formatCount } from '../../../lib/format.ts'
import type { Operation } from '../types.ts'
import styles from './CountsBar.module.css'
import { useOperationName } from './OperationName.tsx'

/** The parts of an import in the order they are drawn; each has a colour, a pattern and a word. */
export const PARTS = ['inserted', 'updated', 'unchanged', 'skipped', 'rejected'] as const

/** How far along the operation is, 0 to 100; the whole bar once it is over. */
export function percentOf(operation: Operation): number {
  if (operation.status === 'completed') return 100
  return Math.min(100, Math.max(0, operation.progress?.percent ?? 0))
}

const count = (operation: Operation, part: (typeof PARTS)[number]): number => operation.counts?.[part] ?? 0

/** An import as a bar whose length is how far it is and whose colours are what became of the rows. */
export function CountsBar({ operation, size = 'big' }: { operation: Operation; size?: 'big' | 'small' }) {
  const { t } = useTranslation()
  const nameOf = useOperationName()
  const percent = percentOf(operation)
  const done = PARTS.reduce((sum, part) => sum + count(operation, part), 0)
  return (
    <div
      className={styles.bar}
      data-size={size}
      role="progressbar"
      aria-label={t('operations.progressOf', { name: nameOf(operation) })}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(percent)}
    >
      {done === 0 ? (
        <div className={styles.wait} style={{ width: `${percent}%` }} />
      ) : (
        PARTS.filter((part) => count(operation, part) > 0).map((part) => (
          <div
            key={part}
            className={`${styles.part} ${styles[part]}`}
            style={{ width: `${(count(operation, part) / done) * percent}%` }}
          />
        ))
      )}
    </div>
  )
}

/** The same counts in words and numbers. */
export function CountsLegend({ operation }: { operation: Operation }) {
  const { t } = useTranslation()
  return (
    <dl className={styles.legend}>
      {PARTS.map((part) => (
        <div key={part}>
          <span className={`${styles.swatch} ${styles[part]}`} aria-hidden="true" />
          <dt>{t(`counts.${part}`)}</dt>
          <dd data-count={part}>{formatCount(count(operation, part))}</dd>
        </div>
      ))}
    </dl>
  )
}
