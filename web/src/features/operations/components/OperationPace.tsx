import { useTranslation } from 'react-i18next'
import { formatCount, formatDuration } from '../../../lib/format.ts'
import { isInRows, isMoving } from '../live.ts'
import type { Operation } from '../types.ts'
import { percentOf } from './CountsBar.tsx'
import { OperationNote } from './OperationNote.tsx'
import styles from './OperationPace.module.css'

/** How far, how fast, how long still, and why it waits. */
export function OperationPace({ operation }: { operation: Operation }) {
  const { t, i18n } = useTranslation()
  const { progress, phase, note, status } = operation
  return (
    <>
      {status === 'queued' && progress.placeInLine !== null ? (
        <span>{t('operations.placeInLine', { place: progress.placeInLine })}</span>
      ) : null}
      {phase !== null && isMoving(operation) && i18n.exists(`operations.phase.${phase}`) ? (
        <span className={styles.quiet}>{t(`operations.phase.${phase}`)}</span>
      ) : null}
      {note ? <OperationNote note={note} /> : null}
      <span className={styles.end}>
        {status === 'active' && progress.ratePerSecond && isInRows(operation) ? (
          <span>{t('operations.rate', { rate: formatCount(Math.round(progress.ratePerSecond)) })}</span>
        ) : null}
        {status === 'active' && progress.etaSeconds !== null ? (
          <span>{t('operations.eta', { time: formatDuration(progress.etaSeconds) })}</span>
        ) : null}
        {isInRows(operation) ? (
          <span className={styles.rows}>
            {progress.total === null
              ? t('operations.rows', { processed: formatCount(progress.processed) })
              : t('operations.rowsOf', {
                  processed: formatCount(progress.processed),
                  total: formatCount(progress.total),
                })}
          </span>
        ) : null}
        <strong className={styles.percent} data-percent>
          {`${Math.floor(percentOf(operation))} %`}
        </strong>
      </span>
    </>
  )
}
