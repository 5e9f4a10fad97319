import { Button, Group } from '@mantine/core'
import { type KeyboardEvent, useLayoutEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { Key } from '../../../ui/Key.tsx'
import { formatRm, formatSen, senOf } from '../amounts.ts'
import { type Paper, receiptAddress } from '../api.ts'
import type { Payment } from '../types.ts'
import { usePaper } from '../use-paper.ts'
import styles from './Desk.module.css'

interface PaidCardProps {
  payment: Payment
  /** To the list again. */
  onBack: () => void
  /** Goes on with what is left of the bill. */
  onRest: () => void
}

/** A held key is no second press. */
const once = (event: KeyboardEvent): void => {
  if (event.key === 'Enter' && event.repeat) event.preventDefault()
}

/** What was taken: the change to give, the receipt's number, its print; Enter prints and leads back to the list. */
export function PaidCard({ payment, onBack, onRest }: PaidCardProps) {
  const { t, i18n } = useTranslation()
  const [paper, setPaper] = usePaper()
  const changeSen = payment.tenders.reduce((sum, { change }) => sum + senOf(change ?? '0.00'), 0)
  const print = (on: Paper): void => {
    setPaper(on)
    window.open(receiptAddress(payment.number, on, i18n.language), '_blank', 'noopener')
    if (payment.settles) onBack()
  }
  useLayoutEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent): void => {
      if (event.key === 'Escape' && !event.defaultPrevented) onBack()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [onBack])
  const other: Paper = paper === 'A5' ? 'roll80' : 'A5'
  return (
    <section className={styles.panel} aria-label={t('billing.paidTitle')} data-receipt={payment.number}>
      <div role="status">
        <div className={styles.dim}>{t(changeSen > 0 ? 'billing.change' : 'billing.receivedTotal')}</div>
        <div className={styles.huge}>{changeSen > 0 ? formatSen(changeSen) : formatRm(payment.amount)}</div>
        <div>{t('billing.receiptIs', { number: payment.number, amount: formatRm(payment.amount) })}</div>
        {payment.settles ? null : (
          <div className={styles.dim}>
            {t('billing.stillLeft', { amount: formatRm(payment.balanceAfter) })}
          </div>
        )}
      </div>
      <Button autoFocus size="md" rightSection={<Key of="↵" />} onKeyDown={once} onClick={() => print(paper)}>
        {t(`billing.print.${paper}`)}
      </Button>
      <Group grow>
        <Button variant="default" onClick={() => print(other)}>
          {t(`billing.print.${other}`)}
        </Button>
        {payment.settles ? (
          <Button variant="default" rightSection={<Key of="Esc" />} onClick={onBack}>
            {t('billing.back')}
          </Button>
        ) : (
          <Button variant="default" onClick={onRest}>
            {t('billing.goOn')}
          </Button>
        )}
      </Group>
    </section>
  )
}
