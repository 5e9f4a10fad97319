import { useTranslation } from 'react-i18next'
import { formatMoment } from '../../../lib/format.ts'
import { formatRm } from '../amounts.ts'
import { receiptAddress } from '../api.ts'
import type { Payment } from '../types.ts'
import { usePaper } from '../use-paper.ts'
import styles from './Desk.module.css'

/** What was paid on a bill already, with the receipts to print again. */
export function PaymentsOfBill({ payments }: { payments: readonly Payment[] }) {
  const { t, i18n } = useTranslation()
  const [paper] = usePaper()
  if (payments.length === 0) return null
  return (
    <section className={styles.panel} aria-label={t('billing.paymentsOfBill')}>
      <ul className={styles.parts}>
        {payments.map((payment) => (
          <li key={payment.id} className={styles.part}>
            <span>
              <strong>{payment.number}</strong> {t(`billing.paymentKind.${payment.kind}`)}
              {payment.status === 'recorded' ? null : ` · ${t(`billing.status.${payment.status}`)}`}
              <div className={styles.dim}>
                {formatMoment(payment.at)} · {payment.cashier.name}
              </div>
            </span>
            <span>{formatRm(payment.amount)}</span>
            <a
              href={receiptAddress(payment.number, paper, i18n.language)}
              target="_blank"
              rel="noreferrer"
              aria-label={t('billing.printNumber', { number: payment.number })}
            >
              {t('billing.printAgain')}
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}
