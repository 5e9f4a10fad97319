import { Button, Progress } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type RefObject, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useBlocker, useNavigate } from 'react-router'
import { formatBytes } from '../../../lib/format.ts'
import { newIdempotencyKey } from '../../../lib/http.ts'
import { HttpError } from '../../../lib/problem.ts'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { operationKeys } from '../../operations/api.ts'
import { type ImportChoices, startImport } from '../api.ts'
import styles from './imports.module.css'

interface StartBarProps {
  file: File
  choices: ImportChoices
  blocked: boolean
}

interface Sending {
  sent: number
  total: number
}

/** The one main action: sends the file with its progress, then opens the page of the running import. */
export function StartBar({ file, choices, blocked }: StartBarProps) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [sending, setSending] = useState<Sending | null>(null)
  const [error, setError] = useState<unknown>(null)
  const stop = useRef<AbortController | null>(null)
  const attempt = useRef({ payload: '', key: '' })
  useWarnBeforeLeaving(stop, sending !== null)
  useEffect(() => () => stop.current?.abort(), [])

  const start = (): void => {
    if (stop.current) return
    // The same choices sent again after a lost answer must not start a second import; other choices are another one.
    const payload = JSON.stringify(choices)
    if (attempt.current.payload !== payload) attempt.current = { payload, key: newIdempotencyKey() }
    stop.current = new AbortController()
    setError(null)
    setSending({ sent: 0, total: file.size })
    startImport(choices, file, {
      idempotencyKey: attempt.current.key,
      signal: stop.current.signal,
      onProgress: (sent, total) => setSending({ sent, total }),
    })
      .then(
        ({ operation, sameFileAs }) => {
          stop.current = null
          setSending(null)
          queries.setQueryData(operationKeys.one(operation.id), operation)
          void queries.invalidateQueries({ queryKey: operationKeys.lists })
          void navigate(`/imports/${operation.id}`, { state: { sameFileAs } })
        },
        (fault: unknown) => {
          setSending(null)
          if (!(fault instanceof HttpError && fault.aborted)) setError(fault)
        },
      )
      .finally(() => {
        stop.current = null
      })
  }

  return (
    <div className={styles.startBar}>
      {sending === null ? (
        <div className={styles.grow}>
          {error ? (
            <ErrorNotice error={error} />
          ) : (
            t(choices.options.dryRun ? 'start.dryRunHint' : 'start.hint')
          )}
        </div>
      ) : (
        <>
          <div className={styles.grow}>
            {t('start.sending', { sent: formatBytes(sending.sent), total: formatBytes(sending.total) })}
            <Progress
              value={(sending.sent / Math.max(1, sending.total)) * 100}
              aria-label={t('start.sendingLabel')}
              mt={4}
            />
          </div>
          <Button variant="default" onClick={() => stop.current?.abort()}>
            {t('action.cancel')}
          </Button>
        </>
      )}
      {/* Stays where it is while sending: the second half of a double click must not fall on "Cancel". */}
      <Button key="start" size="md" onClick={start} disabled={blocked} loading={sending !== null}>
        {t(choices.options.dryRun ? 'start.dryRun' : 'start.start')}
      </Button>
    </div>
  )
}

/** An upload ends with the page, so leaving asks first. */
function useWarnBeforeLeaving(upload: RefObject<AbortController | null>, active: boolean): void {
  const { t } = useTranslation()
  // Asked at the moment of leaving: a state of React would still say "sending" when the answer leads on.
  const blocker = useBlocker(() => upload.current !== null)
  useEffect(() => {
    if (blocker.state !== 'blocked') return
    if (window.confirm(t('start.leave'))) blocker.proceed()
    else blocker.reset()
  }, [blocker, t])
  useEffect(() => {
    if (!active) return
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault()
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [active])
}
