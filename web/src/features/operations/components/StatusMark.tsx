import { useTranslation } from 'react-i18next'
import type { OperationStatus } from '../types.ts'
import styles from './StatusMark.module.css'

/** A status as a shape and a word. */
export function StatusMark({ status }: { status: OperationStatus }) {
  const { t } = useTranslation()
  return (
    <span className={styles.mark} data-status={status}>
      <span className={styles.dot} aria-hidden="true" />
      {t(`operations.status.${status}`)}
    </span>
  )
}
