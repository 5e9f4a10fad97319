import { useTranslation } from 'react-i18next'
import styles from './HealthMark.module.css'

/** A state of health as a shape and a word. */
export function HealthMark({ status }: { status: string }) {
  const { t } = useTranslation()
  return (
    <span className={styles.mark} data-health={status}>
      <span className={styles.dot} aria-hidden="true" />
      {t(`health.status.${status}`)}
    </span>
  )
}
