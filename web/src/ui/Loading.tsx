import { useTranslation } from 'react-i18next'
import styles from './ui.module.css'

/** Grey lines where a list will be; they appear only after 300 ms, so quick answers never flicker. */
export function Loading({ rows = 5 }: { rows?: number }) {
  const { t } = useTranslation()
  return (
    <div className={styles.bones} role="status" aria-label={t('state.loading')}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the bones are all alike and never move
        <div key={row} className={styles.bone} style={{ width: `${92 - ((row * 17) % 40)}%` }} />
      ))}
    </div>
  )
}
