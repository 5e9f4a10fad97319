import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { formatMoment } from '../../../lib/format.ts'
import { Loading } from '../../../ui/Loading.tsx'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { consultationKeys, fetchVersions } from '../api.ts'
import { isSame, PARTS } from '../content.ts'
import type { Content, VersionList } from '../types.ts'
import { partText } from '../words.ts'
import styles from './Consultation.module.css'

type Version = VersionList['data'][number]

/** How a consultation stood each time it was signed or changed, and what became different. */
export function Versions({ consultationId }: { consultationId: string }) {
  const { t } = useTranslation()
  const { data, error, isPending, refetch } = useQuery({
    queryKey: consultationKeys.versions(consultationId),
    queryFn: ({ signal }) => fetchVersions(consultationId, signal),
    staleTime: 0,
  })
  if (isPending) return <Loading rows={2} />
  const versions = data?.data ?? []
  return (
    <>
      <ErrorNotice error={error} onRetry={() => void refetch()} />
      <ol className={styles.versions} aria-label={t('consultations.versions')}>
        {versions.map((version, n) => (
          <li key={version.version}>
            <div>
              <strong>{t(`consultations.kind.${version.kind}`)}</strong>{' '}
              {t('consultations.byAt', { by: version.by, at: formatMoment(version.at) })}
            </div>
            {version.reason === null ? null : (
              <div>{t('consultations.because', { reason: version.reason })}</div>
            )}
            <Changes version={version} before={versions[n - 1]?.content} />
          </li>
        ))}
      </ol>
    </>
  )
}

function Changes({ version, before }: { version: Version; before: Content | undefined }) {
  const { t } = useTranslation()
  if (before === undefined) return null
  const told = (text: string): string => text || t('consultations.nothingThere')
  return (
    <ul className={styles.changes}>
      {PARTS.filter((part) => !isSame(part, before, version.content)).map((part) => (
        <li key={part}>
          <span className={styles.dim}>{t(`consultations.part.${part}`)}</span>{' '}
          <del>{told(partText(part, before))}</del> <ins>{told(partText(part, version.content))}</ins>
        </li>
      ))}
    </ul>
  )
}
