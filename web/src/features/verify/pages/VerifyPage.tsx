import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import i18next from 'i18next'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { formatMoment } from '../../../lib/format.ts'
import { request } from '../../../lib/http.ts'
import { setLanguage } from '../../../lib/i18n.ts'
import { Icon } from '../../../ui/icons.tsx'
import { Loading } from '../../../ui/Loading.tsx'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { VerifiedCertificate } from '../components/VerifiedCertificate.tsx'
import styles from '../components/Verify.module.css'
import type { Verification } from '../types.ts'

/** What the code of a certificate is worth, for an employer or a school: genuine, void, or not ours. */
export function VerifyPage({ code }: { code: string }) {
  const { t } = useTranslation()
  const query = useQuery({
    queryKey: ['verify', code],
    queryFn: ({ signal }) => request<Verification>(`/api/verify/${encodeURIComponent(code)}`, { signal }),
    staleTime: 0,
  })
  useEffect(() => {
    document.title = `${t('verify.title')} · ${t('app.name')}`
  }, [t])
  return (
    <main className={styles.page}>
      <header className={styles.head}>
        <h1>{t('verify.title')}</h1>
        <OtherLanguage />
      </header>
      {query.data === undefined ? (
        <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <>
          <Verdict result={query.data.result} />
          {query.data.certificate === null ? null : (
            <VerifiedCertificate certificate={query.data.certificate} />
          )}
          <p className={styles.foot}>
            {t('verify.checkedAt', { at: formatMoment(new Date(query.dataUpdatedAt).toISOString()) })}
          </p>
          <div className={styles.actions}>
            <Button variant="default" onClick={() => window.print()}>
              {t('verify.print')}
            </Button>
          </div>
        </>
      )}
      {query.isPending ? <Loading rows={4} /> : null}
    </main>
  )
}

const SIGNS = { genuine: 'check', void: 'close', 'not-ours': 'close' } as const

function Verdict({ result }: { result: Verification['result'] }) {
  const { t } = useTranslation()
  return (
    <div className={styles.verdict} data-result={result} role="status">
      <Icon name={SIGNS[result]} size={32} />
      <div>
        <strong>{t(`verify.result.${result}`)}</strong>
        <span>{t(`verify.meaning.${result}`)}</span>
      </div>
    </div>
  )
}

/** Whoever reads this has no account where a language could be chosen. */
function OtherLanguage() {
  const { t } = useTranslation()
  const other = i18next.language === 'ms' ? 'en' : 'ms'
  return (
    <Button size="xs" variant="subtle" lang={other} onClick={() => void setLanguage(other)}>
      {t('language.switch')}
    </Button>
  )
}
