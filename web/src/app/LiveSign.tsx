import { useTranslation } from 'react-i18next'
import { useLinkState } from './LiveEvents.tsx'
import styles from './Shell.module.css'

/** Whether what is on the screen follows by itself: live, reconnecting, offline. */
export function LiveSign() {
  const { t } = useTranslation()
  const state = useLinkState()
  return (
    <span className={styles.live} data-state={state} role="status" title={t(`live.hint.${state}`)}>
      <span className={styles.liveWord}>{t(`live.${state}`)}</span>
    </span>
  )
}
