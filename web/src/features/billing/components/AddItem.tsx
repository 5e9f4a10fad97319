import { Button, Select, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ITEM_KINDS } from '../../../../../shared/billing/rules.ts'
import { useDraft } from '../../../lib/use-draft.ts'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { readRm, rmOf } from '../amounts.ts'
import { addItem } from '../api.ts'
import type { Bill, ItemInput, ItemKind } from '../types.ts'
import { useBillChange } from '../use-bill.ts'
import styles from './Desk.module.css'

const WHOLE = /^[1-9]\d{0,3}$/

interface AddItemProps {
  bill: Bill
  visitId: string
  onDone: (bill: Bill) => void
  onClose: () => void
}

/** A line more, by the cashier. */
export function AddItem({ bill, visitId, onDone, onClose }: AddItemProps) {
  const { t } = useTranslation()
  const draft = useDraft(`item.${bill.visitId}`, {
    kind: 'other' as ItemKind,
    description: '',
    quantity: '1',
    price: '',
    whose: bill.visitId,
  })
  const { kind, description, quantity, price, whose } = draft.value
  const [asked, setAsked] = useState(false)
  const add = useBillChange(
    visitId,
    (item: ItemInput) => addItem(visitId, item),
    (after) => {
      draft.drop()
      onDone(after)
      onClose()
    },
  )
  const sen = readRm(price)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setAsked(true)
    if (add.isPending || sen === null || !WHOLE.test(quantity) || description.trim() === '') return
    add.mutate({
      version: bill.version,
      kind,
      description: description.trim(),
      quantity: Number(quantity),
      unitPrice: rmOf(sen),
      ...(bill.visits.length > 1 ? { visitId: whose } : {}),
    })
  }
  return (
    <form onSubmit={submit} noValidate aria-label={t('billing.addItem')}>
      <ErrorNotice error={add.error} />
      <div className={styles.item}>
        {bill.visits.length > 1 ? (
          <Select
            label={t('billing.whose')}
            allowDeselect={false}
            data={bill.visits.map((one) => ({ value: one.visitId, label: one.patient.name }))}
            value={whose}
            onChange={(value) => draft.change({ whose: value ?? bill.visitId })}
          />
        ) : null}
        <Select
          label={t('billing.kindTitle')}
          allowDeselect={false}
          data={ITEM_KINDS.map((one) => ({ value: one, label: t(`billing.kind.${one}`) }))}
          value={kind}
          onChange={(value) => draft.change({ kind: value as ItemKind })}
        />
        <TextInput
          autoFocus
          name="description"
          label={t('billing.item')}
          maxLength={200}
          autoComplete="off"
          value={description}
          error={asked && description.trim() === '' ? t('billing.fault.description') : null}
          onChange={(event) => draft.change({ description: event.currentTarget.value })}
        />
        <TextInput
          name="quantity"
          label={t('billing.quantity')}
          inputMode="numeric"
          autoComplete="off"
          value={quantity}
          error={asked && !WHOLE.test(quantity)}
          onChange={(event) => draft.change({ quantity: event.currentTarget.value })}
        />
        <TextInput
          name="price"
          label={t('billing.priceRm')}
          inputMode="decimal"
          autoComplete="off"
          value={price}
          error={asked && sen === null ? t('billing.fault.amount') : null}
          onChange={(event) => draft.change({ price: event.currentTarget.value })}
        />
        <Button type="submit" loading={add.isPending}>
          {t('billing.add')}
        </Button>
      </div>
    </form>
  )
}
