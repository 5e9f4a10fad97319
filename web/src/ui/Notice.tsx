import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { errorText } from '../lib/error-text.ts'
import { fileFault } from '../lib/file-fault.ts'
import { formatClock } from '../lib/format.ts'
import { HttpError } from '../lib/problem.ts'
import styles from './ui.module.css'

interface NoticeProps {
  tone?: 'plain' | 'good' | 'warn' | 'bad'
  title?: string
  children?: ReactNode
  action?: ReactNode
}

/** A sentence the reader should not miss, where it belongs in the page. */
export function Notice({ tone = 'plain', title, children, action }: NoticeProps) {
  return (
    <div className={styles.notice} data-tone={tone} role={tone === 'bad' ? 'alert' : 'status'}>
      <div className={styles.noticeText}>
        {title === undefined ? null : <div className={styles.noticeTitle}>{title}</div>}
        {children}
      </div>
      {action}
    </div>
  )
}

/** Faults of a file are named exactly, with the line, by the server alone. */
const FILE_FAULTS = 'import/'

/** What went wrong, with the way to try again. */
export function ErrorNotice({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation()
  if (!error) return null
  const detail =
    error instanceof HttpError && error.code.startsWith(FILE_FAULTS) ? fileFault(error) : undefined
  const again = onRetry && (
    <Button size="xs" variant="default" onClick={onRetry}>
      {t('action.tryAgain')}
    </Button>
  )
  return (
    <Notice tone="bad" action={again}>
      {errorText(error)}
      {detail === undefined ? null : <div>{detail}</div>}
    </Notice>
  )
}

/** Says since when what is shown may be out of date. */
export function AsOf({ atMs }: { atMs: number | null }) {
  const { t } = useTranslation()
  if (atMs === null) return null
  return <span className={styles.asOf}>{t('state.asOf', { time: formatClock(atMs) })}</span>
}
