import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { formatDay } from '../../../lib/format.ts'
import { useKept } from '../../../lib/use-kept.ts'
import { Loading } from '../../../ui/Loading.tsx'
import { AsOf, ErrorNotice } from '../../../ui/Notice.tsx'
import { consultationKeys, fetchHistory } from '../api.ts'
import type { PastVisit } from '../types.ts'
import { diagnosisText } from '../words.ts'
import styles from './History.module.css'

const FRESH_MS = 60_000

/** Visits of a patient, read once for all who show some of it. */
export function useHistory(patientId: string) {
  const query = useInfiniteQuery({
    queryKey: consultationKeys.history(patientId),
    queryFn: ({ pageParam, signal }) => fetchHistory(patientId, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ meta }) => meta.next,
    staleTime: FRESH_MS,
  })
  const shown = useKept(`history.${patientId}.seen`, query)
  return { query, shown, visits: shown.data?.pages.flatMap(({ data }) => data) ?? [] }
}

interface HistorySideProps {
  patientId: string
  /** The visit that is written now; it is no history yet. */
  visitId: string
}

/** What was before: visits with diagnoses, medicines and certificates. */
export function HistorySide({ patientId, visitId }: HistorySideProps) {
  const { t } = useTranslation()
  const { query, shown, visits } = useHistory(patientId)
  const past = visits.filter((visit) => visit.visitId !== visitId)
  return (
    <aside className={styles.side} aria-label={t('consultations.history')}>
      <h2>{t('consultations.history')}</h2>
      <AsOf atMs={shown.asOfMs} />
      <ErrorNotice error={shown.error} onRetry={() => void query.refetch()} />
      {shown.isPending ? <Loading rows={4} /> : null}
      {shown.data !== undefined && past.length === 0 ? (
        <p className={styles.none}>{t('consultations.firstVisit')}</p>
      ) : null}
      <ol className={styles.visits}>
        {past.map((visit) => (
          <Visit key={visit.visitId} visit={visit} />
        ))}
      </ol>
      {query.hasNextPage ? (
        <Button
          size="xs"
          variant="default"
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {t('consultations.earlier')}
        </Button>
      ) : null}
    </aside>
  )
}

function Visit({ visit }: { visit: PastVisit }) {
  const { t } = useTranslation()
  const { consultation, diagnoses = [], prescriptions = [], certificates = [] } = visit
  const taken = prescriptions.filter(({ status }) => status !== 'cancelled' && status !== 'returned')
  const notes = [consultation?.assessment, consultation?.plan].filter(Boolean).join('\n')
  return (
    <li className={styles.visit}>
      <div className={styles.when}>
        {consultation === null ? (
          <strong>{formatDay(visit.day)}</strong>
        ) : (
          <Link to={`/consult/${consultation.id}`}>{formatDay(visit.day)}</Link>
        )}
        <span>{visit.doctor?.name}</span>
      </div>
      {diagnoses.map((one) => (
        <div key={diagnosisText(one)} className={styles.diagnosis}>
          {diagnosisText(one)}
        </div>
      ))}
      {taken.length === 0 ? null : (
        <ul className={styles.taken}>
          {taken.map(({ id, description, quantity }) => (
            <li key={id}>{t('consultations.taken', { description, quantity })}</li>
          ))}
        </ul>
      )}
      {certificates
        .filter(({ status }) => status === 'issued')
        .map(({ id, fromOn, toOn }) => (
          <div key={id} className={styles.leave}>
            {t('consultations.leave', { from: formatDay(fromOn), to: formatDay(toOn) })}
          </div>
        ))}
      {notes === '' ? null : (
        <details className={styles.notes}>
          <summary>{t('consultations.notes')}</summary>
          <p>{notes}</p>
        </details>
      )}
    </li>
  )
}
