import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { formatMoment } from '../../../lib/format.ts'
import type { Scrolled } from '../../../lib/use-long-list.ts'
import { LongTable } from '../../../ui/LongTable.tsx'
import ui from '../../../ui/ui.module.css'
import type { AuditView } from '../api.ts'

/** Entries of the audit, newest first: who, what, about whom, from where. */
export function AuditTable({ list }: { list: Scrolled<AuditView> }) {
  const { t } = useTranslation()
  return (
    <LongTable
      list={list}
      head={
        <tr>
          <th>{t('audit.at')}</th>
          <th>{t('audit.who')}</th>
          <th>{t('audit.action')}</th>
          <th>{t('audit.about')}</th>
          <th className={ui.wideOnly}>{t('audit.outcome')}</th>
          <th className={ui.wideOnly}>{t('audit.address')}</th>
        </tr>
      }
    >
      {(entry, place) => (
        <tr {...place}>
          <td>{formatMoment(entry.at)}</td>
          <td>{entry.user.username ?? t('audit.nobody')}</td>
          <td>{entry.action}</td>
          <td className={ui.breaks}>
            {entry.patientId === null ? (
              [entry.entity, entry.entityId].filter(Boolean).join(' ')
            ) : (
              <Link to={`/patients/${entry.patientId}`}>{t('audit.patient', { id: entry.patientId })}</Link>
            )}
          </td>
          <td className={ui.wideOnly}>{entry.outcome}</td>
          <td className={ui.wideOnly}>{entry.address}</td>
        </tr>
      )}
    </LongTable>
  )
}
