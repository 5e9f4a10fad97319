import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { clinicToday, formatClock } from '../../../lib/format.ts'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import ui from '../../../ui/ui.module.css'
import { consultationKeys, fetchOwn } from '../api.ts'
import { diagnosisText } from '../words.ts'
import styles from './Lines.module.css'

/** What this doctor wrote today, to look at again or to amend. */
export function DoneToday() {
  const { t } = useTranslation()
  const { data, error, refetch } = useQuery({
    queryKey: consultationKeys.own,
    queryFn: ({ signal }) => fetchOwn(signal),
    staleTime: 60_000,
  })
  const today = data?.data.filter(({ day, status }) => day === clinicToday() && status !== 'draft') ?? []
  return (
    <section className={styles.part} aria-label={t('consultations.doneToday')}>
      <h2>
        {t('consultations.doneToday')}
        <span className={styles.count}>{today.length}</span>
      </h2>
      <ErrorNotice error={error} onRetry={() => void refetch()} />
      {today.length === 0 ? (
        data === undefined ? null : (
          <p className={styles.nobody}>{t('consultations.nobodyDone')}</p>
        )
      ) : (
        <div className={ui.tableWrap}>
          <table className={ui.table}>
            <thead>
              <tr>
                <th>{t('consultations.signedCol')}</th>
                <th>{t('consultations.patientCol')}</th>
                <th>{t('consultations.diagnoses')}</th>
              </tr>
            </thead>
            <tbody>
              {today.map(({ id, patient, signedAt, amendedAt, diagnoses = [] }) => (
                <tr key={id}>
                  <td>{formatClock(Date.parse(amendedAt ?? signedAt ?? ''))}</td>
                  <td>
                    <Link to={`/consult/${id}`}>{patient.name}</Link>
                  </td>
                  <td>{diagnoses.map(diagnosisText).join('; ')}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}
