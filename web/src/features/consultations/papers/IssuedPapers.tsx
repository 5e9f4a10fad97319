import { Button, Group, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatDay } from '../../../lib/format.ts'
import { Dialog } from '../../../ui/Dialog.tsx'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import {
  type Certificate,
  certificatePdf,
  fetchCertificates,
  fetchLetters,
  letterPdf,
  paperKeys,
  voidCertificate,
} from './api.ts'
import styles from './Papers.module.css'

const MAX_REASON = 200

/** What was issued in a consultation, each to be printed again; a certificate can be made void, never changed. */
export function IssuedPapers({ consultationId, mayVoid }: { consultationId: string; mayVoid: boolean }) {
  const { t, i18n } = useTranslation()
  const [voiding, setVoiding] = useState<Certificate | null>(null)
  const certificates = useQuery({
    queryKey: paperKeys.certificates(consultationId),
    queryFn: ({ signal }) => fetchCertificates(consultationId, signal),
  })
  const letters = useQuery({
    queryKey: paperKeys.letters(consultationId),
    queryFn: ({ signal }) => fetchLetters(consultationId, signal),
  })
  const language = i18n.language === 'en' ? 'en' : 'ms'
  if ((certificates.data?.length ?? 0) + (letters.data?.length ?? 0) === 0) return null
  return (
    <ul className={styles.papers} aria-label={t('papers.title')}>
      {certificates.data?.map((one) => (
        <li key={one.id} className={styles.paper}>
          <a href={certificatePdf(one.id, language)} target="_blank" rel="noreferrer">
            {one.number}
          </a>
          <span className={styles.grow}>
            {t('papers.leave', { count: one.days, from: formatDay(one.from), to: formatDay(one.to) })}
          </span>
          {one.status === 'void' ? <span className={styles.bad}>{t('papers.isVoid')}</span> : null}
          {mayVoid && one.status === 'issued' ? (
            <Button size="compact-xs" variant="subtle" color="red" onClick={() => setVoiding(one)}>
              {t('papers.void')}
            </Button>
          ) : null}
        </li>
      ))}
      {letters.data?.map((one) => (
        <li key={one.id} className={styles.paper}>
          <a href={letterPdf(one.id)} target="_blank" rel="noreferrer">
            {t(`papers.${one.kind}`)}
          </a>
          <span className={styles.grow}>{one.recipient ?? ''}</span>
        </li>
      ))}
      {voiding === null ? null : <VoidDialog certificate={voiding} onClose={() => setVoiding(null)} />}
    </ul>
  )
}

function VoidDialog({ certificate, onClose }: { certificate: Certificate; onClose: () => void }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [reason, setReason] = useState('')
  const send = useMutation({
    mutationFn: () => voidCertificate(certificate, reason.trim()),
    onSettled: () =>
      void queries.invalidateQueries({ queryKey: paperKeys.certificates(certificate.consultationId) }),
    onSuccess: onClose,
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (reason.trim() !== '' && !send.isPending) send.mutate()
  }
  return (
    <Dialog onClose={onClose} title={t('papers.voidOne', { number: certificate.number })}>
      <form className={styles.form} onSubmit={submit}>
        <ErrorNotice error={send.error} />
        <TextInput
          data-autofocus
          label={t('papers.voidReason')}
          description={t('papers.voidHint')}
          maxLength={MAX_REASON}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button type="submit" color="red" loading={send.isPending} disabled={reason.trim() === ''}>
            {t('papers.void')}
          </Button>
        </Group>
      </form>
    </Dialog>
  )
}
