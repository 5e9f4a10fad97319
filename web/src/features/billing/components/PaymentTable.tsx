import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { formatMoment } from '../../../lib/format.ts'
import type { Scrolled } from '../../../lib/use-long-list.ts'
import { LongTable } from '../../../ui/LongTable.tsx'
import ui from '../../../ui/ui.module.css'
import { formatRm } from '../amounts.ts'
import type { Payment } from '../types.ts'
import styles from './Desk.module.css'

interface PaymentTableProps {
  list: Scrolled<Payment>
  onOpen: (payment: Payment) => void
}

/** Payments and reversals, the newest first. */
export function PaymentTable({ list, onOpen }: PaymentTableProps) {
  const { t } = useTranslation()
  return (
    <LongTable
      list={list}
      head={
        <tr>
          <th>{t('billing.number')}</th>
          <th className={ui.wideOnly}>{t('billing.at')}</th>
          <th>{t('billing.patient')}</th>
          <th className={ui.wideOnly}>{t('billing.byMethod')}</th>
          <th className={ui.wideOnly}>{t('billing.cashier')}</th>
          <th className={ui.num}>{t('billing.amount')}</th>
          <th className={ui.wideOnly}>{t('billing.state')}</th>
          <th>
            <span className="sr-only">{t('billing.actions')}</span>
          </th>
        </tr>
      }
    >
      {(payment, place) => (
        <tr {...place} data-payment={payment.number}>
          <td>{payment.number}</td>
          <td className={ui.wideOnly}>{formatMoment(payment.at)}</td>
          <td>
            <Link to={`/cashier/${payment.visitId}`}>{payment.patient.name}</Link>
          </td>
          <td className={ui.wideOnly}>
            {payment.tenders.map(({ method }) => t(`billing.method.${method}`)).join(', ')}
          </td>
          <td className={ui.wideOnly}>{payment.cashier.name}</td>
          <td className={ui.num}>{formatRm(payment.amount)}</td>
          <td className={`${ui.wideOnly} ${styles.state}`} data-state={payment.status}>
            {payment.kind === 'payment'
              ? t(`billing.status.${payment.status}`)
              : t(`billing.paymentKind.${payment.kind}`)}
          </td>
          <td className={ui.num}>
            <Button
              size="compact-sm"
              variant="subtle"
              aria-label={t('billing.openNumber', { number: payment.number })}
              onClick={() => onOpen(payment)}
            >
              {t('billing.open')}
            </Button>
          </td>
        </tr>
      )}
    </LongTable>
  )
}
