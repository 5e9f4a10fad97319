import { Button, Group } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { HttpError } from '../../../lib/problem.ts'
import { ErrorNotice, Notice } from '../../../ui/Notice.tsx'
import { useCurrentShift } from '../../shifts/api.ts'
import { formatRm, formatSen, senOf } from '../amounts.ts'
import { dueOf, type Part, paymentOf } from '../desk.ts'
import type { Bill } from '../types.ts'
import { currentBill, type usePay } from '../use-pay.ts'
import styles from './Desk.module.css'
import { TenderForm } from './TenderForm.tsx'

interface PayCardProps {
  bill: Bill
  paying: ReturnType<typeof usePay>
  /** The bill was changed by somebody else and the cashier has not looked yet. */
  waits: boolean
}

/** What is to be paid, and the ways to pay it. */
export function PayCard({ bill, paying, waits }: PayCardProps) {
  const { t } = useTranslation()
  const due = dueOf(bill)
  const roundingSen = senOf(bill.cashDue) - Math.max(0, due.balanceSen)
  const take = (parts: Part[]): void => paying.pay(paymentOf(bill, parts, due.isDeposit))
  return (
    <section className={styles.panel} aria-label={t('billing.payTitle')}>
      <div className={styles.due}>
        <span className={styles.dim}>{t('billing.toPay')}</span>
        <span className={styles.big}>{formatRm(bill.balance)}</span>
        {roundingSen === 0 || due.isDeposit ? null : (
          <span className={styles.dim}>
            {t('billing.inCash', { amount: formatRm(bill.cashDue), rounding: formatSen(roundingSen) })}
          </span>
        )}
      </div>
      {due.isDeposit ? <Notice tone="warn">{t('billing.depositHint')}</Notice> : <NoShift />}
      <Refusal error={paying.lost === null ? paying.error : null} />
      {body()}
    </section>
  )

  function body() {
    if (paying.lost !== null)
      return (
        <Notice tone="warn" title={t('billing.lostTitle')}>
          {t('billing.lostHint')}
          <Group mt={10}>
            <Button autoFocus onClick={paying.again}>
              {t('billing.sendAgain')}
            </Button>
            <Button variant="default" onClick={paying.forget}>
              {t('billing.forget')}
            </Button>
          </Group>
        </Notice>
      )
    if (waits) return null
    if (!due.isDeposit && due.balanceSen < 0) return <Notice tone="warn">{t('billing.tooMuch')}</Notice>
    if (!due.isDeposit && due.balanceSen === 0)
      return (
        <Button autoFocus size="md" loading={paying.isPending} onClick={() => take([])}>
          {t('billing.closeFree')}
        </Button>
      )
    return <TenderForm bill={bill} due={due} busy={paying.isPending} onTake={take} />
  }
}

/** Why a payment was refused; where somebody else was quicker, who it was and with what. */
function Refusal({ error }: { error: Error | null }) {
  const { t } = useTranslation()
  if (error === null) return null
  const current = currentBill(error)
  const last = current?.payments.findLast(({ kind, status }) => kind === 'payment' && status === 'recorded')
  if (last !== undefined)
    return (
      <Notice tone="bad" title={t('billing.quickerTitle')}>
        {t('billing.quicker', { name: last.cashier.name, number: last.number })}
      </Notice>
    )
  if (error instanceof HttpError && error.status === 409)
    return (
      <Notice tone="bad" title={t('billing.refusedTitle')}>
        {t(current === null ? 'billing.noShift' : 'billing.refused')}
      </Notice>
    )
  return <ErrorNotice error={error} />
}

function NoShift() {
  const { t } = useTranslation()
  const shift = useCurrentShift(true)
  if (shift.data !== null) return null
  return <Notice tone="warn">{t('billing.noShift')}</Notice>
}
