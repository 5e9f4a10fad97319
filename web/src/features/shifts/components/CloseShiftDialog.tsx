import { Button, Group, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useDraft } from '../../../lib/use-draft.ts'
import { Dialog } from '../../../ui/Dialog.tsx'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { formatRm, formatSen, readRm, rmOf, senOf } from '../../billing/amounts.ts'
import { closeShift, shiftKeys } from '../api.ts'
import { type Count, countedSen, DENOMINATIONS_SEN, isBadCount, isCounted } from '../denominations.ts'
import type { CloseInput, Shift } from '../types.ts'
import { CountFields } from './CountFields.tsx'
import styles from './Shifts.module.css'

const SLIPS = ['card', 'duitnow', 'ewallet', 'transfer'] as const
type Slip = (typeof SLIPS)[number]

interface Draft {
  count: Count
  slips: Partial<Record<Slip, string>>
  note: string
}

const EMPTY: Draft = { count: {}, slips: {}, note: '' }

const expectedSen = (shift: Shift, wanted: string): number =>
  senOf(shift.lines.find(({ method }) => method === wanted)?.expected ?? '0.00')

/** The sums of slips that somebody has typed; null where one is no amount. */
function slipsOf(slips: Draft['slips']): Partial<Record<Slip, string>> | null {
  const typed = SLIPS.filter((slip) => (slips[slip] ?? '').trim() !== '')
  const read = typed.map((slip): [Slip, number | null] => [slip, readRm(slips[slip] ?? '')])
  if (read.some(([, sen]) => sen === null)) return null
  return Object.fromEntries(read.map(([slip, sen]) => [slip, rmOf(sen as number)]))
}

/** Closes a shift with what was counted; a difference wants its reason. What was counted outlives a reload. */
export function CloseShiftDialog({ shift, onClose }: { shift: Shift; onClose: () => void }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const draft = useDraft<Draft>(`shift.${shift.id}`, EMPTY)
  const [asked, setAsked] = useState(false)
  const { count, note } = draft.value
  const slips = slipsOf(draft.value.slips)
  const cashSen = countedSen(count)
  const differenceSen = cashSen - expectedSen(shift, 'cash')
  const slipsDiffer =
    slips !== null &&
    SLIPS.some((slip) => slips[slip] !== undefined && senOf(slips[slip]) !== expectedSen(shift, slip))
  const needsNote = differenceSen !== 0 || slipsDiffer
  const ready =
    isCounted(count) &&
    !DENOMINATIONS_SEN.some((sen) => isBadCount(count[sen])) &&
    slips !== null &&
    (!needsNote || note.trim() !== '')
  const close = useMutation({
    mutationFn: (input: CloseInput) => closeShift(shift.id, input),
    onSuccess: () => {
      draft.drop()
      queries.setQueryData(shiftKeys.current, null)
      onClose()
    },
    onSettled: () => queries.invalidateQueries({ queryKey: shiftKeys.all }),
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setAsked(true)
    if (!ready || close.isPending) return
    const said = note.trim() === '' ? {} : { note: note.trim() }
    close.mutate({ version: shift.version, counted: { cash: rmOf(cashSen), ...slips }, ...said })
  }
  return (
    <Dialog size="lg" onClose={onClose} title={t('shifts.close')}>
      <form onSubmit={submit} className={styles.form} noValidate>
        <ErrorNotice error={close.error} />
        <div className={styles.columns}>
          <CountFields count={count} onChange={(next) => draft.change({ count: next })} />
          <div className={styles.side}>
            <Result
              shift={shift}
              cashSen={cashSen}
              differenceSen={differenceSen}
              counted={isCounted(count)}
            />
            {SLIPS.map((slip) => (
              <TextInput
                key={slip}
                size="xs"
                name={`slip-${slip}`}
                label={t('shifts.slips', { method: t(`billing.method.${slip}`) })}
                description={t('shifts.expectedIs', { amount: formatSen(expectedSen(shift, slip)) })}
                inputMode="decimal"
                autoComplete="off"
                value={draft.value.slips[slip] ?? ''}
                error={readRm(draft.value.slips[slip] || '0') === null ? t('billing.fault.amount') : null}
                onChange={(event) =>
                  draft.change({ slips: { ...draft.value.slips, [slip]: event.currentTarget.value } })
                }
              />
            ))}
          </div>
        </div>
        <Textarea
          name="note"
          label={t(needsNote && isCounted(count) ? 'shifts.reason' : 'shifts.note')}
          required={needsNote && isCounted(count)}
          autosize
          minRows={2}
          maxLength={500}
          value={note}
          error={
            asked && isCounted(count) && needsNote && note.trim() === '' ? t('shifts.reasonNeeded') : null
          }
          onChange={(event) => draft.change({ note: event.currentTarget.value })}
        />
        {asked && !isCounted(count) ? <div role="alert">{t('shifts.countFirst')}</div> : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button type="submit" loading={close.isPending}>
            {t('shifts.close')}
          </Button>
        </Group>
      </form>
    </Dialog>
  )
}

interface ResultProps {
  shift: Shift
  cashSen: number
  differenceSen: number
  counted: boolean
}

function Result({ shift, cashSen, differenceSen, counted }: ResultProps) {
  const { t } = useTranslation()
  const tone = counted ? (differenceSen === 0 ? 'good' : 'warn') : undefined
  return (
    <dl className={styles.result} data-tone={tone} aria-live="polite">
      <dt>{t('shifts.expected')}</dt>
      <dd>{formatRm(rmOf(expectedSen(shift, 'cash')))}</dd>
      <dt>{t('shifts.counted')}</dt>
      <dd>{formatSen(cashSen)}</dd>
      <dt className={styles.strong}>{t('shifts.difference')}</dt>
      <dd className={styles.strong}>{counted ? differenceText(differenceSen) : '–'}</dd>
    </dl>
  )
}

/** With its sign: what is over is said as clearly as what is missing. */
export const differenceText = (sen: number): string => (sen > 0 ? `+${formatSen(sen)}` : formatSen(sen))
