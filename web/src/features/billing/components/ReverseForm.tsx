import { Button, Group, Select, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { HttpError } from '../../../lib/problem.ts'
import { ErrorNotice, Notice } from '../../../ui/Notice.tsx'
import { readRm, rmOf } from '../amounts.ts'
import { refundPayment, voidPayment } from '../api.ts'
import { METHOD_KEYS } from '../desk.ts'
import type { Payment, RefundInput } from '../types.ts'
import { afterPayment } from '../use-pay.ts'
import styles from './Desk.module.css'

interface ReverseFormProps {
  payment: Payment
  act: 'void' | 'refund'
  onDone: () => void
  onCancel: () => void
}

type BackWay = NonNullable<RefundInput['method']>
const BACK_WAYS = METHOD_KEYS.map(({ method }) => method).filter(
  (method): method is BackWay => method !== 'panel',
)

/** Voids a payment of today, or gives money of one back: all by the ways it came, or an amount by one. */
export function ReverseForm({ payment, act, onDone, onCancel }: ReverseFormProps) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [reason, setReason] = useState('')
  const [amount, setAmount] = useState('')
  const [method, setMethod] = useState<BackWay>('cash')
  const [asked, setAsked] = useState(false)
  const sen = amount.trim() === '' ? null : readRm(amount)
  const isBadAmount = amount.trim() !== '' && (sen === null || sen === 0)
  const reverse = useMutation({
    mutationFn: (): Promise<Payment> => {
      const said = { version: payment.version, reason: reason.trim() }
      if (act === 'void') return voidPayment(payment.id, said)
      return refundPayment(payment.id, sen === null ? said : { ...said, amount: rmOf(sen), method })
    },
    onSuccess: onDone,
    onSettled: () => afterPayment(queries),
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setAsked(true)
    if (reason.trim() !== '' && !isBadAmount && !reverse.isPending) reverse.mutate()
  }
  return (
    <form onSubmit={submit} className={styles.form} noValidate>
      <Refused error={reverse.error} />
      <div>{t(`billing.${act}Hint`)}</div>
      {act === 'refund' ? (
        <Group grow align="start">
          <TextInput
            name="refundAmount"
            label={t('billing.refundAmount')}
            description={t('billing.refundAll')}
            inputMode="decimal"
            autoComplete="off"
            value={amount}
            error={asked && isBadAmount ? t('billing.fault.amount') : null}
            onChange={(event) => setAmount(event.currentTarget.value)}
          />
          {amount.trim() === '' ? null : (
            <Select
              label={t('billing.refundBy')}
              description=" "
              allowDeselect={false}
              data={BACK_WAYS.map((one) => ({ value: one, label: t(`billing.method.${one}`) }))}
              value={method}
              onChange={(value) => setMethod(value as BackWay)}
            />
          )}
        </Group>
      ) : null}
      <TextInput
        autoFocus
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
        <Button variant="default" onClick={onCancel}>
          {t('action.cancel')}
        </Button>
        <Button type="submit" color="red" loading={reverse.isPending}>
          {t(`billing.${act}`)}
        </Button>
      </Group>
    </form>
  )
}

/** A refusal without the payment in it is about the drawer: cash goes back out of an open shift. */
function Refused({ error }: { error: Error | null }) {
  const { t } = useTranslation()
  if (!(error instanceof HttpError) || (error.status !== 409 && error.status !== 422))
    return <ErrorNotice error={error} />
  const word =
    error.status === 422
      ? 'refundDoesntFit'
      : error.problem.current === undefined
        ? 'noShift'
        : 'reverseRefused'
  return <Notice tone="bad">{t(`billing.${word}`)}</Notice>
}
