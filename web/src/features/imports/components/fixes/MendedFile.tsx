import { Button, Progress } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { HttpError } from '../../../../lib/problem.ts'
import { Icon } from '../../../../ui/icons.tsx'
import { ErrorNotice } from '../../../../ui/Notice.tsx'
import { refusedCsvUrl } from '../../../operations/api.ts'
import type { Operation } from '../../../operations/types.ts'
import { sendMended } from './api.ts'
import styles from './fixes.module.css'

interface MendedFileProps {
  id: string
  onSent: (operation: Operation) => void
}

/** The refused rows as a file, and the way back for it once it is mended. */
export function MendedFile({ id, onSent }: MendedFileProps) {
  const { t } = useTranslation()
  const input = useRef<HTMLInputElement>(null)
  const stop = useRef<AbortController | null>(null)
  const [share, setShare] = useState<number | null>(null)
  const [error, setError] = useState<unknown>(null)
  useEffect(() => () => stop.current?.abort(), [])
  const send = (file: File): void => {
    if (stop.current) return
    const sending = new AbortController()
    stop.current = sending
    setError(null)
    setShare(0)
    sendMended(id, file, {
      signal: sending.signal,
      onProgress: (sent, total) => setShare(sent / Math.max(1, total)),
    })
      .then(onSent, (fault: unknown) => {
        if (!(fault instanceof HttpError && fault.aborted)) setError(fault)
      })
      .finally(() => {
        stop.current = null
        setShare(null)
      })
  }
  return (
    <div className={styles.file}>
      <span className={styles.quiet}>{t('fixes.byFile')}</span>
      <Button
        component="a"
        href={refusedCsvUrl(id)}
        download
        variant="default"
        leftSection={<Icon name="download" />}
      >
        {t('refused.download')}
      </Button>
      <Button
        variant="default"
        leftSection={<Icon name="upload" />}
        loading={share !== null}
        onClick={() => input.current?.click()}
      >
        {t('fixes.upload')}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        accept=".csv,.tsv,.txt,.xlsx"
        aria-label={t('fixes.upload')}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0]
          event.currentTarget.value = ''
          if (file) send(file)
        }}
      />
      {share === null ? null : (
        <Progress className={styles.sending} value={share * 100} aria-label={t('start.sendingLabel')} />
      )}
      {error ? <ErrorNotice error={error} /> : null}
    </div>
  )
}
