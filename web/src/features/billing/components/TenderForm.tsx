import { Button, TextInput } from '@mantine/core'
import type { FormEvent, KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { Key } from '../../../ui/Key.tsx'
import { Notice } from '../../../ui/Notice.tsx'
import { formatSen, rmOf } from '../amounts.ts'
import { type Due, type Part, sumsOf } from '../desk.ts'
import type { Bill } from '../types.ts'
import { useTender } from '../use-tender.ts'
import styles from './Desk.module.css'
import { Methods } from './Methods.tsx'
import { Change, Parts } from './Parts.tsx'

const NOTES_SEN = [1_000, 2_000, 5_000, 10_000] as const

interface TenderFormProps {
  bill: Bill
  due: Due
  busy: boolean
  onTake: (parts: Part[]) => void
}

/** Takes a payment, in one way or several: Enter takes exactly what is left, letters choose the way. */
export function TenderForm({ bill, due, busy, onTake }: TenderFormProps) {
  const { t } = useTranslation()
  const tender = useTender(bill.visitId, due, onTake)
  const { parts, method, text, fault, leftSen, preview } = tender
  const sums = sumsOf(parts, due)
  const onKey = (event: KeyboardEvent<HTMLInputElement>): void => {
    // a key that is held down, on the way here from the list, takes no money
    if (event.key === 'Enter' && event.repeat) event.preventDefault()
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (tender.byKey(event.key)) event.preventDefault()
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!busy) tender.take()
  }
  const exact = formatSen(tender.exactSen)
  const isCash = method === 'cash'
  const label = isCash ? t('billing.received') : t('billing.amountRm')
  return (
    <form onSubmit={submit} className={styles.form} noValidate>
      <Parts parts={parts} onChange={(next) => tender.change({ parts: next })} />
      {parts.length > 0 ? (
        <div className={styles.due}>
          <span className={styles.dim}>{t('billing.left')}</span>
          <strong data-testid="left">{formatSen(sums?.leftSen ?? leftSen)}</strong>
        </div>
      ) : null}
      {sums === null ? <Notice tone="warn">{t('billing.partsDontFit')}</Notice> : null}
      <Methods chosen={method} hasPanel={due.panelSen > 0} onChoose={tender.choose} />
      <TextInput
        ref={tender.amount}
        autoFocus
        size="lg"
        name="amount"
        label={label}
        placeholder={due.isDeposit ? '' : rmOf(tender.exactSen)}
        inputMode="decimal"
        autoComplete="off"
        value={text}
        error={fault === null ? null : t(`billing.fault.${fault}`)}
        onKeyDown={onKey}
        onChange={(event) => tender.change({ text: event.currentTarget.value })}
      />
      {isCash ? (
        <fieldset className={`${styles.methods} ${styles.quick}`}>
          <legend className="sr-only">{t('billing.notes')}</legend>
          {NOTES_SEN.map((sen) => (
            <Button key={sen} variant="default" px={4} onClick={() => tender.note(sen)}>
              {formatSen(sen).replace('.00', '')}
            </Button>
          ))}
        </fieldset>
      ) : (
        <TextInput
          name="reference"
          label={t(method === 'panel' ? 'billing.panelReference' : 'billing.reference')}
          maxLength={60}
          autoComplete="off"
          value={tender.reference}
          onChange={(event) => tender.change({ reference: event.currentTarget.value })}
        />
      )}
      <Change sums={preview ?? sums} />
      <Button type="submit" size="md" loading={busy} rightSection={<Key of="↵" />}>
        {takeLabel()}
      </Button>
      {parts.length > 0 && sums !== null && !sums.settles && !due.isDeposit ? (
        <Button variant="default" disabled={busy} onClick={() => onTake([...parts])}>
          {t('billing.takePart', { amount: formatSen(sums.paidSen) })}
        </Button>
      ) : null}
    </form>
  )

  function takeLabel(): string {
    if (due.isDeposit) return t('billing.takeDeposit')
    if (text.trim() === '') {
      const isDone = parts.length > 0 && sums?.settles === true
      return isDone ? t('billing.take') : t('billing.takeExact', { amount: exact })
    }
    return preview !== null && !preview.settles ? t('billing.putDown') : t('billing.take')
  }
}
