import { Button, Group, NumberInput, SegmentedControl } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { daysOf } from '../../../../../shared/certificates/rules.ts'
import { addDays } from '../../../../../shared/units/dates.ts'
import { clinicToday } from '../../../lib/format.ts'
import { HttpError } from '../../../lib/problem.ts'
import { DayInput } from '../../../ui/DayInput.tsx'
import { Dialog } from '../../../ui/Dialog.tsx'
import { ErrorNotice, Notice } from '../../../ui/Notice.tsx'
import { certificatePdf, issueCertificate, type Language, paperKeys } from './api.ts'
import { useKeyFor } from './once.ts'
import styles from './Papers.module.css'

const LONGEST_DAYS = 365
const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text)

interface CertificateDialogProps {
  consultationId: string
  /** Whether the doctor's number is on record; without one no certificate is issued. */
  hasNumber: boolean
  onClose: () => void
}

/** Which days somebody is unfit; then the paper, to be printed. */
export function CertificateDialog({ consultationId, hasNumber, onClose }: CertificateDialogProps) {
  const { t, i18n } = useTranslation()
  const queries = useQueryClient()
  const [from, setFrom] = useState(() => clinicToday())
  const [days, setDays] = useState(1)
  const [language, setLanguage] = useState<Language>(i18n.language === 'en' ? 'en' : 'ms')
  const keyFor = useKeyFor()
  const to = isDay(from) ? addDays(from, days - 1) : ''
  const issue = useMutation({
    mutationFn: () => {
      const leave = { from, to }
      return issueCertificate(consultationId, leave, keyFor(leave))
    },
    onSuccess: () => void queries.invalidateQueries({ queryKey: paperKeys.certificates(consultationId) }),
  })
  const faults = issue.error instanceof HttpError ? issue.error.errors : []
  const isNumberMissing = !hasNumber || faults.some(({ path }) => path === 'doctor.mmcNumber')
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!issue.isPending && issue.data === undefined && to !== '') issue.mutate()
  }
  const faultOf = (field: string): string | undefined =>
    faults.some(({ path }) => path === field)
      ? t(`papers.fault.${field === 'from' ? 'from' : 'to'}`)
      : undefined
  const isNamed = faultOf('from') !== undefined || faultOf('to') !== undefined
  const made = issue.data
  return (
    <Dialog onClose={onClose} title={t('papers.certificate')}>
      {isNumberMissing ? (
        <Notice tone="bad" title={t('papers.noNumber')}>
          {t('papers.noNumberHint')}
        </Notice>
      ) : (
        <form className={styles.form} onSubmit={submit}>
          {isNamed ? null : <ErrorNotice error={issue.error} />}
          <div className={styles.row}>
            <NumberInput
              data-autofocus
              label={t('papers.days')}
              w={90}
              min={1}
              max={LONGEST_DAYS}
              allowDecimal={false}
              value={days}
              disabled={made !== undefined}
              error={faultOf('to')}
              onChange={(value) => setDays(Math.max(1, Number(value) || 1))}
            />
            <DayInput
              label={t('papers.from')}
              value={from}
              disabled={made !== undefined}
              error={faultOf('from')}
              onChange={setFrom}
            />
            <DayInput
              label={t('papers.to')}
              value={to}
              disabled={made !== undefined}
              onChange={(day) => {
                if (isDay(day) && isDay(from)) setDays(Math.max(1, daysOf(from, day)))
              }}
            />
          </div>
          <SegmentedControl
            aria-label={t('papers.language')}
            value={language}
            onChange={(value) => setLanguage(value as Language)}
            data={[
              { value: 'ms', label: t('papers.ms') },
              { value: 'en', label: t('papers.en') },
            ]}
          />
          {made === undefined ? (
            <Group justify="flex-end">
              <Button type="submit" loading={issue.isPending} disabled={to === ''}>
                {t('papers.issue')}
              </Button>
            </Group>
          ) : (
            <Group justify="flex-end">
              <span className={styles.grow} role="status">
                {t('papers.issued', { number: made.number })}
              </span>
              <Button
                component="a"
                href={certificatePdf(made.id, language)}
                target="_blank"
                rel="noreferrer"
                autoFocus
              >
                {t('papers.print', { number: made.number })}
              </Button>
            </Group>
          )}
        </form>
      )}
    </Dialog>
  )
}
