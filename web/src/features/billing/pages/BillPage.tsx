import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate, useParams } from 'react-router'
import { isUnsettled } from '../../../../../shared/billing/rules.ts'
import { useUser } from '../../../app/session.tsx'
import { dropKept } from '../../../lib/keep.ts'
import { Icon } from '../../../ui/icons.tsx'
import { Loading } from '../../../ui/Loading.tsx'
import { AsOf, ErrorNotice, Notice } from '../../../ui/Notice.tsx'
import { Page } from '../../../ui/Page.tsx'
import { formatRm } from '../amounts.ts'
import { removeItem, renewBill } from '../api.ts'
import { BillActions } from '../components/BillActions.tsx'
import { BillLines } from '../components/BillLines.tsx'
import { CashTabs } from '../components/CashTabs.tsx'
import styles from '../components/Desk.module.css'
import { PaidCard } from '../components/PaidCard.tsx'
import { PayCard } from '../components/PayCard.tsx'
import { PaymentsOfBill } from '../components/PaymentsOfBill.tsx'
import type { Bill, Payment } from '../types.ts'
import { useBill, useBillChange, useSeenBill } from '../use-bill.ts'
import { usePay } from '../use-pay.ts'

/** The bill of a visit and its payment. */
export function BillPage() {
  const { visitId = '' } = useParams()
  const { t } = useTranslation()
  const bill = useBill(visitId)
  const title = bill.data === undefined ? t('billing.bill') : titleOf(bill.data)
  return (
    <>
      <CashTabs />
      <Page
        wide
        title={title}
        side={
          <>
            <AsOf atMs={bill.asOfMs} />
            <Button component={Link} to="/cashier" variant="default" leftSection={<Icon name="back" />}>
              {t('billing.back')}
            </Button>
          </>
        }
      >
        <ErrorNotice error={bill.error} onRetry={() => void bill.refetch()} />
        {bill.isPending ? <Loading rows={8} /> : null}
        {bill.data === undefined ? null : <Desk key={visitId} visitId={visitId} bill={bill.data} />}
      </Page>
    </>
  )

  function titleOf({ ticket, patient, visits }: Bill): string {
    const name = visits.length > 1 ? `${patient.name} +${visits.length - 1}` : patient.name
    return t('billing.billOf', { number: ticket?.number ?? '', name }).trim()
  }
}

function Desk({ bill, visitId }: { bill: Bill; visitId: string }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const mayWrite = useUser().permissions.includes('payments.write')
  const [made, setMade] = useState<Payment | null>(null)
  const { changedFrom, accept } = useSeenBill(bill)
  const paying = usePay(bill.visitId, (payment) => {
    dropKept(`draft.tender.${bill.visitId}`)
    setMade(payment)
  })
  const remove = useBillChange(visitId, (id: string) => removeItem(visitId, id, bill.version), accept)
  const renew = useBillChange(visitId, () => renewBill(visitId, bill.version), accept)
  const isOpen = isUnsettled(bill.status)
  const isOver = bill.status === 'void' || bill.status === 'refunded'
  const goBack = (): void => void navigate('/cashier')
  const goOn = (): void => {
    accept(bill)
    paying.reset()
    setMade(null)
  }
  return (
    <div className={styles.bill}>
      <div>
        {mayWrite && isOpen && made === null ? (
          <BillActions bill={bill} visitId={visitId} onDone={accept} />
        ) : null}
        <ErrorNotice error={remove.error} />
        <BillLines bill={bill} onRemove={mayWrite && isOpen ? (id) => remove.mutate(id) : undefined} />
      </div>
      <div className={styles.side}>
        {changedFrom !== null && made === null && isOpen ? (
          <Notice
            tone="warn"
            title={t('billing.changedTitle')}
            action={
              <Button autoFocus size="xs" onClick={() => accept(bill)}>
                {t('billing.seen')}
              </Button>
            }
          >
            {t('billing.changed', { before: formatRm(changedFrom.balance), now: formatRm(bill.balance) })}
          </Notice>
        ) : null}
        {made === null ? null : <PaidCard payment={made} onBack={goBack} onRest={goOn} />}
        {made === null && mayWrite && (isOpen || paying.error !== null || paying.lost !== null) ? (
          <PayCard bill={bill} paying={paying} waits={changedFrom !== null || !isOpen} />
        ) : null}
        {made === null && !isOpen ? (
          <Notice
            tone={isOver ? 'warn' : 'good'}
            title={t(`billing.billStatus.${bill.status}`)}
            action={
              isOver && mayWrite ? (
                <Button size="xs" loading={renew.isPending} onClick={() => renew.mutate(undefined)}>
                  {t('billing.renew')}
                </Button>
              ) : undefined
            }
          />
        ) : null}
        <ErrorNotice error={renew.error} />
        <PaymentsOfBill payments={bill.payments} />
      </div>
    </div>
  )
}
