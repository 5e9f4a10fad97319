import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { errorText } from '../../../lib/error-text.ts'
import { formatBytes, formatCount, formatMoment } from '../../../lib/format.ts'
import { HttpError } from '../../../lib/problem.ts'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import ui from '../../../ui/ui.module.css'
import { type Backup, proveBackup } from '../api.ts'
import { useAsking } from '../use-asking.ts'
import styles from './Backups.module.css'

const FAULT_STATUS = 500
const faultText = (code: string): string => errorText(new HttpError(FAULT_STATUS, { code }))

type State = 'removed' | 'faulty' | 'proven' | 'unproven'

function stateOf({ removedAt, proofFault, provenAt }: Backup): State {
  if (removedAt !== null) return 'removed'
  if (proofFault !== null) return 'faulty'
  return provenAt === null ? 'unproven' : 'proven'
}

/** The backups there are, each with whether it was proven by a restore and when. */
export function BackupTable({ backups, mayRun }: { backups: readonly Backup[]; mayRun: boolean }) {
  const { t } = useTranslation()
  return (
    <div className={ui.tableWrap}>
      <table className={ui.table}>
        <thead>
          <tr>
            <th>{t('backups.taken')}</th>
            <th>{t('backups.state')}</th>
            <th className={`${ui.num} ${ui.wideOnly}`}>{t('backups.rows')}</th>
            <th className={`${ui.num} ${ui.wideOnly}`}>{t('backups.size')}</th>
            <th className={ui.wideOnly}>{t('backups.offsite')}</th>
            <th>
              <span className="sr-only">{t('backups.actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {backups.map((backup) => (
            <BackupRow key={backup.id} backup={backup} mayRun={mayRun} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function BackupRow({ backup, mayRun }: { backup: Backup; mayRun: boolean }) {
  const { t } = useTranslation()
  const prove = useAsking(proveBackup)
  const state = stateOf(backup)
  const { offsiteFault, offsiteAt, proofFault } = backup
  return (
    <tr data-backup={backup.id}>
      <td>{formatMoment(backup.takenAt)}</td>
      <td>
        <span className={styles.state} data-state={state}>
          {t(`backups.is.${state}`)}
        </span>
        {backup.provenAt === null ? null : (
          <div className={styles.since}>{t('backups.provenAt', { at: formatMoment(backup.provenAt) })}</div>
        )}
        {state === 'faulty' && proofFault !== null ? <div>{faultText(proofFault)}</div> : null}
        <ErrorNotice error={prove.error} />
      </td>
      <td className={`${ui.num} ${ui.wideOnly}`}>{formatCount(backup.rows)}</td>
      <td className={`${ui.num} ${ui.wideOnly}`}>{formatBytes(backup.bytes)}</td>
      <td className={ui.wideOnly}>
        {offsiteFault === null ? formatMoment(offsiteAt) : faultText(offsiteFault)}
      </td>
      <td className={ui.num}>
        {mayRun && state !== 'removed' ? (
          <Button
            size="compact-sm"
            variant="subtle"
            loading={prove.isPending}
            aria-label={t('backups.proveOf', { taken: formatMoment(backup.takenAt) })}
            onClick={() => prove.mutate(backup.id)}
          >
            {t('backups.prove')}
          </Button>
        ) : null}
      </td>
    </tr>
  )
}
