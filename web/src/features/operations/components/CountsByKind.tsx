import { useTranslation } from 'react-i18next'
import { formatCount } from '../../../lib/format.ts'
import type { Operation } from '../types.ts'
import { PARTS } from './CountsBar.tsx'
import styles from './CountsByKind.module.css'

/** What became of the rows of each kind of a file with many. */
export function CountsByKind({ operation }: { operation: Operation }) {
  const { t, i18n } = useTranslation()
  const kinds = Object.entries(operation.counts?.byKind ?? {})
  if (kinds.length === 0) return null
  const nameOf = (kind: string) => (i18n.exists(`kinds.${kind}`) ? t(`kinds.${kind}`) : kind)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className={styles.scroll} tabIndex={0} aria-label={t('counts.byKind')}>
      <table className={styles.table}>
        <caption>{t('counts.byKind')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('counts.kind')}</th>
            {PARTS.map((part) => (
              <th key={part} scope="col">
                {t(`counts.${part}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {kinds.map(([kind, counts]) => (
            <tr key={kind}>
              <th scope="row">{nameOf(kind)}</th>
              {PARTS.map((part) => (
                <td key={part}>{formatCount(counts[part])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
