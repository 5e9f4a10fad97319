import { Button, Group, SegmentedControl, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Dialog } from '../../../ui/Dialog.tsx'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { readRm, rmOf } from '../amounts.ts'
import { setDiscount } from '../api.ts'
import type { Bill, DiscountInput } from '../types.ts'
import { useBillChange } from '../use-bill.ts'
import styles from './Desk.module.css'

const WHOLE_PERCENT = 10_000

interface DiscountDialogProps {
  bill: Bill
  visitId: string
  onDone: (bill: Bill) => void
  onClose: () => void
}

/** A discount on the whole bill with its reason, or none any more. */
export function DiscountDialog({ bill, visitId, onDone, onClose }: DiscountDialogProps) {
  const { t } = useTranslation()
  const [kind, setKind] = useState<'percent' | 'amount'>(bill.discount?.kind ?? 'percent')
  const [text, setText] = useState(bill.discount?.value ?? '')
  const [reason, setReason] = useState(bill.discount?.reason ?? '')
  const [asked, setAsked] = useState(false)
  // a percentage of two decimals is written like an amount
  const value = readRm(text)
  const isGood = value !== null && (kind === 'amount' || value <= WHOLE_PERCENT)
  const save = useBillChange(
    visitId,
    (input: DiscountInput) => setDiscount(visitId, input),
    (after) => {
      onDone(after)
      onClose()
    },
  )
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setAsked(true)
    if (!isGood || reason.trim() === '' || save.isPending) return
    const said = { version: bill.version, reason: reason.trim() }
    save.mutate(kind === 'percent' ? { ...said, percent: rmOf(value) } : { ...said, amount: rmOf(value) })
  }
  return (
    <Dialog onClose={onClose} title={t('billing.discount')}>
      <form onSubmit={submit} className={styles.form} noValidate>
        <ErrorNotice error={save.error} />
        <SegmentedControl
          aria-label={t('billing.discountKind')}
          data={[
            { value: 'percent', label: t('billing.percent') },
            { value: 'amount', label: t('billing.amountRm') },
          ]}
          value={kind}
          onChange={(next) => setKind(next as 'percent' | 'amount')}
        />
        <TextInput
          data-autofocus
          name="discount"
          label={t(kind === 'percent' ? 'billing.percent' : 'billing.amountRm')}
          inputMode="decimal"
          autoComplete="off"
          required
          value={text}
          error={
            asked && !isGood ? t(kind === 'percent' ? 'billing.fault.percent' : 'billing.fault.amount') : null
          }
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <TextInput
          name="reason"
          label={t('billing.reason')}
          maxLength={200}
          autoComplete="off"
          required
          value={reason}
          error={asked && reason.trim() === '' ? t('billing.fault.reason') : null}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          {bill.discount === null ? null : (
            <Button
              variant="default"
              mr="auto"
              disabled={save.isPending}
              onClick={() => save.mutate({ version: bill.version, amount: null })}
            >
              {t('billing.noDiscount')}
            </Button>
          )}
          <Button type="submit" loading={save.isPending}>
            {t('billing.giveDiscount')}
          </Button>
        </Group>
      </form>
    </Dialog>
  )
}
