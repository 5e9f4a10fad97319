import { Button, Group, SegmentedControl, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatClock } from '../../../lib/format.ts'
import { HttpError } from '../../../lib/problem.ts'
import { Dialog } from '../../../ui/Dialog.tsx'
import { ErrorNotice, Notice } from '../../../ui/Notice.tsx'
import { issueLetter, type Language, type LetterDraft, letterPdf, paperKeys } from './api.ts'
import { useKeyFor } from './once.ts'
import styles from './Papers.module.css'

const MAX_RECIPIENT = 200
const MAX_DETAILS = 4000
const isTime = (text: string): boolean => /^([01]\d|2[0-3]):[0-5]\d$/.test(text)

interface LetterDialogProps {
  consultationId: string
  hasNumber: boolean
  /** When the patient came, ISO; a time slip begins there. */
  arrivedAt: string
  /** What stands in the note, to begin a referral with. */
  summary: string
  onClose: () => void
}

/** A referral letter or a time slip; then the paper, to be printed. */
export function LetterDialog({ consultationId, hasNumber, arrivedAt, summary, onClose }: LetterDialogProps) {
  const { t, i18n } = useTranslation()
  const queries = useQueryClient()
  const [kind, setKind] = useState<LetterDraft['kind']>('referral')
  const [language, setLanguage] = useState<Language>(i18n.language === 'ms' ? 'ms' : 'en')
  const [recipient, setRecipient] = useState('')
  const [details, setDetails] = useState(summary)
  const [remark, setRemark] = useState('')
  const [from, setFrom] = useState(() => formatClock(Date.parse(arrivedAt)))
  const [to, setTo] = useState(() => formatClock(Date.now()))
  const keyFor = useKeyFor()
  const draft: LetterDraft =
    kind === 'referral'
      ? { kind, language, recipient: recipient.trim(), details: details.trim() }
      : { kind, language, from, to, details: remark.trim() }
  const ready = kind === 'referral' ? recipient.trim() !== '' : isTime(from) && isTime(to) && from < to
  const issue = useMutation({
    mutationFn: () => issueLetter(consultationId, draft, keyFor(draft)),
    onSuccess: () => void queries.invalidateQueries({ queryKey: paperKeys.letters(consultationId) }),
  })
  const made = issue.data
  const isNumberMissing =
    !hasNumber ||
    (issue.error instanceof HttpError && issue.error.errors.some(({ path }) => path === 'doctor.mmcNumber'))
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (ready && !issue.isPending && made === undefined) issue.mutate()
  }
  return (
    <Dialog onClose={onClose} title={t('papers.letter')}>
      {isNumberMissing ? (
        <Notice tone="bad" title={t('papers.noNumber')}>
          {t('papers.noNumberHint')}
        </Notice>
      ) : (
        <form className={styles.form} onSubmit={submit}>
          <ErrorNotice error={issue.error} />
          <SegmentedControl
            fullWidth
            aria-label={t('papers.kind')}
            value={kind}
            disabled={made !== undefined}
            onChange={(value) => setKind(value as LetterDraft['kind'])}
            data={[
              { value: 'referral', label: t('papers.referral') },
              { value: 'time_slip', label: t('papers.time_slip') },
            ]}
          />
          <SegmentedControl
            fullWidth
            aria-label={t('papers.language')}
            value={language}
            disabled={made !== undefined}
            onChange={(value) => setLanguage(value as Language)}
            data={[
              { value: 'ms', label: t('papers.ms') },
              { value: 'en', label: t('papers.en') },
            ]}
          />
          {kind === 'referral' ? (
            <>
              <TextInput
                data-autofocus
                label={t('papers.recipient')}
                maxLength={MAX_RECIPIENT}
                value={recipient}
                disabled={made !== undefined}
                onChange={(event) => setRecipient(event.currentTarget.value)}
              />
              <Textarea
                label={t('papers.details')}
                autosize
                minRows={4}
                maxRows={12}
                maxLength={MAX_DETAILS}
                value={details}
                disabled={made !== undefined}
                onChange={(event) => setDetails(event.currentTarget.value)}
              />
            </>
          ) : (
            <>
              <div className={styles.row}>
                <TextInput
                  label={t('papers.fromTime')}
                  w={90}
                  value={from}
                  disabled={made !== undefined}
                  onChange={(event) => setFrom(event.currentTarget.value)}
                />
                <TextInput
                  label={t('papers.toTime')}
                  w={90}
                  value={to}
                  disabled={made !== undefined}
                  error={isTime(from) && isTime(to) && from >= to ? t('papers.fault.times') : undefined}
                  onChange={(event) => setTo(event.currentTarget.value)}
                />
              </div>
              <TextInput
                label={t('papers.remark')}
                maxLength={MAX_DETAILS}
                value={remark}
                disabled={made !== undefined}
                onChange={(event) => setRemark(event.currentTarget.value)}
              />
            </>
          )}
          <Group justify="flex-end">
            {made === undefined ? (
              <Button type="submit" loading={issue.isPending} disabled={!ready}>
                {t('papers.issueLetter')}
              </Button>
            ) : (
              <Button component="a" href={letterPdf(made.id)} target="_blank" rel="noreferrer" autoFocus>
                {t('papers.printLetter')}
              </Button>
            )}
          </Group>
        </form>
      )}
    </Dialog>
  )
}
