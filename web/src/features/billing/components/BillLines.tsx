import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import ui from '../../../ui/ui.module.css'
import { formatRm, senOf } from '../amounts.ts'
import type { Bill } from '../types.ts'
import styles from './Desk.module.css'

interface BillLinesProps {
  bill: Bill
  /** Takes a line off that the cashier added; absent where nothing may be changed. */
  onRemove?: ((itemId: string) => void) | undefined
}

/** What the bill is for, line by line, and how it adds up. */
export function BillLines({ bill, onRemove }: BillLinesProps) {
  const { t } = useTranslation()
  const whose = new Map(bill.visits.map(({ visitId, patient }) => [visitId, patient.name]))
  const isGroup = bill.visits.length > 1
  return (
    <>
      <div className={ui.tableWrap}>
        <table className={ui.table}>
          <thead>
            <tr>
              <th>{t('billing.item')}</th>
              <th className={ui.wideOnly}>{t('billing.kindTitle')}</th>
              <th className={ui.num}>{t('billing.quantity')}</th>
              <th className={`${ui.num} ${ui.wideOnly}`}>{t('billing.unitPrice')}</th>
              <th className={ui.num}>{t('billing.amount')}</th>
              {onRemove === undefined ? null : (
                <th>
                  <span className="sr-only">{t('billing.actions')}</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {bill.items.map((item, at) => (
              <tr key={item.id ?? `${item.visitId}-${at}`}>
                <td>
                  {item.description}
                  {isGroup ? <div className={styles.dim}>{whose.get(item.visitId)}</div> : null}
                </td>
                <td className={ui.wideOnly}>{t(`billing.kind.${item.kind}`)}</td>
                <td className={ui.num}>{item.quantity}</td>
                <td className={`${ui.num} ${ui.wideOnly}`}>{formatRm(item.unitPrice)}</td>
                <td className={ui.num}>{formatRm(item.amount)}</td>
                {onRemove === undefined ? null : (
                  <td className={ui.num}>
                    {item.id === null ? null : (
                      <Button
                        size="compact-sm"
                        variant="subtle"
                        onClick={() => onRemove(item.id as string)}
                        aria-label={t('billing.removeItem', { item: item.description })}
                      >
                        {t('billing.remove')}
                      </Button>
                    )}
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
        {bill.items.length === 0 ? <p className={styles.nobody}>{t('billing.noItems')}</p> : null}
      </div>
      <Sums bill={bill} />
    </>
  )
}

function Sums({ bill }: { bill: Bill }) {
  const { t } = useTranslation()
  const { discount } = bill
  const rows: [label: string, amount: string, shown: boolean, strong?: boolean][] = [
    [t('billing.subtotal'), bill.subtotal, discount !== null || senOf(bill.sst) !== 0],
    [
      discount === null ? '' : t('billing.discountFor', { reason: discount.reason }),
      discount === null ? '0.00' : minus(discount.amount),
      discount !== null,
    ],
    [t('billing.sst'), bill.sst, senOf(bill.sst) !== 0],
    [t('billing.total'), bill.total, true, true],
    [t('billing.rounding'), bill.rounding, senOf(bill.rounding) !== 0],
    [t('billing.paid'), minus(bill.paid), senOf(bill.paid) !== 0],
    [t('billing.refunded'), bill.refunded, senOf(bill.refunded) !== 0],
    [t('billing.balance'), bill.balance, senOf(bill.paid) !== 0, true],
  ]
  return (
    <table className={styles.sums}>
      <caption className="sr-only">{t('billing.sums')}</caption>
      <tbody>
        {rows
          .filter(([, , shown]) => shown)
          .map(([label, amount, , strong]) => (
            <tr key={label} data-strong={strong || undefined}>
              <th scope="row">{label}</th>
              <td>{formatRm(amount)}</td>
            </tr>
          ))}
        {bill.panel === null ? null : (
          <tr>
            <th scope="row">{t('billing.panelPays', { name: bill.panel.name })}</th>
            <td>{formatRm(bill.panel.share)}</td>
          </tr>
        )}
      </tbody>
    </table>
  )
}

const minus = (rm: string): string => (senOf(rm) === 0 ? rm : `-${rm}`)
