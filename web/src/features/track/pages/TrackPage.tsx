import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import type { Place } from '../../../../../shared/queue/schema.ts'
import { formatClock } from '../../../lib/format.ts'
import { request } from '../../../lib/http.ts'
import { HttpError } from '../../../lib/problem.ts'
import { AsOf, ErrorNotice } from '../../../ui/Notice.tsx'
import styles from '../components/Track.module.css'

/** Public pages have no stream; an unchanged answer costs a few bytes (304). */
const AGAIN_MS = 15_000

/** Where the holder of a slip stands, on the phone, without any name. */
export function TrackPage({ token }: { token: string }) {
  const { t } = useTranslation()
  const query = useQuery({
    queryKey: ['track', token],
    queryFn: ({ signal }) => request<Place>(`/api/track/${encodeURIComponent(token)}`, { signal }),
    refetchInterval: AGAIN_MS,
    refetchOnWindowFocus: 'always',
  })
  const place = query.data
  useEffect(() => {
    document.title = place === undefined ? t('track.title') : `${place.number} · ${t('track.title')}`
  }, [place, t])
  if (query.error instanceof HttpError && query.error.status === 404)
    return (
      <main className={styles.page}>
        <h1>{t('track.unknown')}</h1>
        <p>{t('track.unknownHint')}</p>
      </main>
    )
  return (
    <main className={styles.page}>
      {place === undefined ? (
        <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <>
          <p className={styles.label}>{t('queue.yourNumber')}</p>
          <p className={styles.number}>{place.number}</p>
          <div role="status" className={styles.state} data-status={place.status}>
            <Standing place={place} />
          </div>
          <p className={styles.foot}>
            {query.error === null ? (
              t('track.updated', { time: formatClock(query.dataUpdatedAt) })
            ) : (
              <AsOf atMs={query.dataUpdatedAt} />
            )}
          </p>
        </>
      )}
    </main>
  )
}

function Standing({ place }: { place: Place }) {
  const { t } = useTranslation()
  if (place.status === 'called')
    return <strong>{place.room === null ? t('track.come') : t('track.goTo', { room: place.room })}</strong>
  if (place.status !== 'waiting') return <strong>{t(`track.status.${place.status}`)}</strong>
  return (
    <>
      <strong>{t('track.ahead', { count: place.ahead ?? 0 })}</strong>
      <span>
        {place.wait === null
          ? t('track.noGuess')
          : t('track.wait', { from: place.wait.fromMin, to: place.wait.toMin })}
      </span>
    </>
  )
}
