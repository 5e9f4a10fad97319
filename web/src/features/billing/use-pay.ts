import { notifications } from '@mantine/notifications'
import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { errorText } from '../../lib/error-text.ts'
import { newIdempotencyKey } from '../../lib/http.ts'
import { HttpError } from '../../lib/problem.ts'
import { queueKeys } from '../queue/api.ts'
import { shiftKeys } from '../shifts/api.ts'
import { billingKeys, recordPayment } from './api.ts'
import { dropSent, fly, isFlying, keepSent, type Sent, sentOf } from './sent.ts'
import type { Bill, Payment, PaymentInput } from './types.ts'

/** Nobody knows whether it was recorded: no answer, or one that says nothing about it. */
export const isLost = (error: unknown): boolean =>
  !(error instanceof HttpError) || error.status === 0 || error.status >= 500

/** The bill as it is, which a refusal brings along. */
export function currentBill(error: unknown): Bill | null {
  const current = error instanceof HttpError && error.status === 409 ? error.problem.current : undefined
  return current === undefined ? null : (current as Bill)
}

/** Has everything read again that a payment changes. */
export function afterPayment(queries: QueryClient): void {
  for (const queryKey of [billingKeys.bills, billingKeys.payments, shiftKeys.all, queueKeys.board])
    void queries.invalidateQueries({ queryKey })
}

/**
 * Pays the bill of a visit. One press is one payment: a second press while it is on its way does nothing, and a
 * payment whose answer was lost is kept, also over a reload, and sent again under the same key. Leaving the page does
 * not call it off; the answer is then told wherever one is.
 */
export function usePay(visitId: string, onPaid: (payment: Payment) => void) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const here = useRef(false)
  const [lost, setLost] = useState<Sent | null>(() => sentOf(visitId))

  const answered = (sent: Sent): void => {
    if (sentOf(sent.input.visitId)?.key === sent.key) dropSent(sent.input.visitId)
    setLost(null)
  }
  const mutation = useMutation({
    mutationFn: (sent: Sent) => fly(sent.key, () => recordPayment(sent.input, sent.key)),
    onSuccess: (payment, sent) => {
      answered(sent)
      afterPayment(queries)
      if (here.current) onPaid(payment)
      else
        notifications.show({
          color: 'brand',
          message: t('billing.recorded', { number: payment.number }),
          closeButtonProps: { 'aria-label': t('action.close') },
        })
    },
    onError: (error, sent) => {
      if (isLost(error)) setLost(sent)
      else answered(sent)
      const current = currentBill(error)
      if (current !== null) queries.setQueryData(billingKeys.bill(sent.input.visitId), current)
      if (here.current) return
      notifications.show({
        color: 'red',
        autoClose: false,
        message: isLost(error) ? t('billing.lostTitle') : errorText(error),
        closeButtonProps: { 'aria-label': t('action.close') },
      })
    },
  })
  const { mutate } = mutation

  useEffect(() => {
    here.current = true
    const sent = sentOf(visitId)
    // it is on its way still: whoever comes back waits for the same answer
    if (sent !== null && isFlying(sent.key)) mutate(sent)
    return () => {
      here.current = false
    }
  }, [visitId, mutate])

  const busy = useRef(false)
  busy.current = mutation.isPending
  const send = (sent: Sent): void => {
    if (busy.current) return
    busy.current = true
    keepSent(sent.input.visitId, sent)
    mutate(sent)
  }
  return {
    pay: (input: PaymentInput): void => send({ key: newIdempotencyKey(), input }),
    /** The payment that nobody knows the end of. */
    lost: mutation.isPending ? null : lost,
    again: (): void => {
      if (lost !== null) send(lost)
    },
    /** Goes on without it: should it have been recorded after all, the bill has changed and refuses the next one. */
    forget: (): void => {
      dropSent(visitId)
      setLost(null)
      mutation.reset()
      void queries.invalidateQueries({ queryKey: billingKeys.bills })
    },
    isPending: mutation.isPending,
    error: mutation.error,
    reset: mutation.reset,
  }
}
