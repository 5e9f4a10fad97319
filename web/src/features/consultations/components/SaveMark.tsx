import { useTranslation } from 'react-i18next'
import { errorText } from '../../../lib/error-text.ts'
import { formatClock } from '../../../lib/format.ts'
import type { SaveState } from '../use-autosave.ts'
import styles from './Consultation.module.css'

/** Where what was typed stands: with the server, on its way, or kept in this tab. */
export function SaveMark({ state, hasFaults }: { state: SaveState; hasFaults: boolean }) {
  const { t } = useTranslation()
  return (
    <span className={styles.save} data-save={state.kind} role="status">
      {state.kind === 'saved'
        ? state.atMs === null
          ? t('consultations.save.nothing')
          : t('consultations.save.saved', { time: formatClock(state.atMs) })
        : state.kind === 'refused'
          ? errorText(state.error)
          : state.kind === 'unsaved' && hasFaults
            ? t('consultations.save.faults')
            : t(`consultations.save.${state.kind}`)}
    </span>
  )
}
