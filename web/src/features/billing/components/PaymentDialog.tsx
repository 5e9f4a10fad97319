import { Button, Group } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useUser } from '../../../app/session.tsx'
import { clinicToday, formatMoment } from '../../../lib/format.ts'
import { Dialog } from '../../../ui/Dialog.tsx'
import { Notice } from '../../../ui/Notice.tsx'
import { formatRm, senOf } from '../amounts.ts'
import { receiptAddress } from '../api.ts'
import type { Payment } from '../types.ts'
import styles from './Desk.module.css'
import { ReverseForm } from './ReverseForm.tsx'

interface PaymentDialogProps {
  payment: Payment
  onClose: () => void
}

/** One payment: how it was made, its receipt again, and by right the ways to take it back. */
export function PaymentDialog({ payment, onClose }: PaymentDialogProps) {
  const { t, i18n } = useTranslation()
  const { permissions } = useUser()
  const [act, setAct] = useState<'void' | 'refund' | null>(null)
  const isLive = payment.kind === 'payment' && payment.status === 'recorded'
  const mayVoid =
    isLive &&
    permissions.includes('payments.void') &&
    payment.day === clinicToday() &&
    senOf(payment.refunded) === 0
  const mayRefund = isLive && permissions.includes('payments.refund')
  return (
    <Dialog size="lg" onClose={onClose} title={t('billing.paymentTitle', { number: payment.number })}>
      <div className={styles.form}>
        <Facts payment={payment} />
        {isLive ? null : (
          <Notice tone="warn">
            {payment.kind === 'payment'
              ? t(`billing.status.${payment.status}`)
              : t(`billing.paymentKind.${payment.kind}`)}
            {payment.reason === null ? null : <div>{payment.reason}</div>}
          </Notice>
        )}
        {act === null ? (
          <Group>
            {(['roll80', 'A5'] as const).map((paper) => (
              <Button
                key={paper}
                component="a"
                variant="default"
                href={receiptAddress(payment.number, paper, i18n.language)}
                target="_blank"
                rel="noreferrer"
              >
                {t(`billing.reprint.${paper}`)}
              </Button>
            ))}
            {mayRefund ? (
              <Button variant="default" color="red" onClick={() => setAct('refund')}>
                {t('billing.refund')}
              </Button>
            ) : null}
            {mayVoid ? (
              <Button variant="default" color="red" onClick={() => setAct('void')}>
                {t('billing.void')}
              </Button>
            ) : null}
          </Group>
        ) : (
          <ReverseForm payment={payment} act={act} onDone={onClose} onCancel={() => setAct(null)} />
        )}
      </div>
    </Dialog>
  )
}

function Facts({ payment }: { payment: Payment }) {
  const { t } = useTranslation()
  return (
    <div>
      <div className={styles.big}>{formatRm(payment.amount)}</div>
      <div>
        {payment.patient.name} · {payment.patient.clinicNumber}
      </div>
      <div className={styles.dim}>
        {formatMoment(payment.at)} · {payment.cashier.name}
        {payment.deposit ? ` · ${t('billing.deposit')}` : ''}
      </div>
      <table className={styles.sums} style={{ maxWidth: 'none' }}>
        <caption className="sr-only">{t('billing.parts')}</caption>
        <tbody>
          {payment.tenders.map(({ method, amount, reference }, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a payment never move
            <tr key={at}>
              <th scope="row">
                {t(`billing.method.${method}`)} {reference}
              </th>
              <td>{formatRm(amount)}</td>
            </tr>
          ))}
          {senOf(payment.refunded) === 0 ? null : (
            <tr>
              <th scope="row">{t('billing.refunded')}</th>
              <td>{formatRm(payment.refunded)}</td>
            </tr>
          )}
        </tbody>
      </table>
    </div>
  )
}
