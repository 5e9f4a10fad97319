import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { formatCount } from '../../../lib/format.ts'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { auditKeys, fetchReview } from '../api.ts'
import styles from './DayReview.module.css'

const PARTS = [
  'massReads',
  'afterHours',
  'watched',
  'denied',
  'failedSignIns',
  'blocked',
  'rightsChanged',
] as const

/** What somebody should look at of a day: many reads, reads after hours, refusals, failed sign-ins, changed rights. */
export function DayReview({ day }: { day: string }) {
  const { t } = useTranslation()
  const query = useQuery({
    queryKey: auditKeys.review(day),
    queryFn: ({ signal }) => fetchReview(day, signal),
    staleTime: 0,
  })
  const review = query.data
  return (
    <>
      <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />
      {review === undefined ? null : (
        <div className={styles.parts}>
          {PARTS.map((part) => (
            <section key={part} className={styles.part} data-some={review[part].length > 0}>
              <h3>{t(`audit.review.${part}`)}</h3>
              {review[part].length === 0 ? <p>{t('audit.none')}</p> : null}
              <ul>
                {review[part].slice(0, 5).map((line) => {
                  const who = 'user' in line ? (line.user.username ?? t('audit.nobody')) : line.address
                  return (
                    <li key={`${who}`}>
                      <span>{who}</span>
                      <span>
                        {t('audit.times', { count: line.times, shown: formatCount(line.times) })}
                        {line.patients > 0
                          ? ` · ${t('audit.patients', { count: line.patients, shown: formatCount(line.patients) })}`
                          : ''}
                      </span>
                    </li>
                  )
                })}
              </ul>
            </section>
          ))}
        </div>
      )}
    </>
  )
}
