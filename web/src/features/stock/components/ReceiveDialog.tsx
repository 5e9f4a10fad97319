import { Button, Group, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { readDay } from '../../../lib/format.ts'
import { newIdempotencyKey } from '../../../lib/http.ts'
import { HttpError } from '../../../lib/problem.ts'
import { useDraft } from '../../../lib/use-draft.ts'
import { DayInput } from '../../../ui/DayInput.tsx'
import { Dialog } from '../../../ui/Dialog.tsx'
import { ErrorNotice, Notice } from '../../../ui/Notice.tsx'
import { readRm, rmOf } from '../../billing/amounts.ts'
import { receiveStock } from '../api.ts'
import type { Stock } from '../types.ts'

const WHOLE = /^[1-9][0-9]{0,6}$/
const EMPTY = { batchNo: '', expiresOn: '', quantity: '', costPrice: '', supplier: '' }
type Field = keyof typeof EMPTY

interface ReceiveDialogProps {
  stock: Stock
  /** Whether what was paid may be written. */
  withCost: boolean
  onDone: () => void
  onClose: () => void
}

/** Puts a delivery on the shelf; sent twice it is one. */
export function ReceiveDialog({ stock, withCost, onDone, onClose }: ReceiveDialogProps) {
  const { t } = useTranslation()
  const draft = useDraft(`receive.${stock.medicationId}`, EMPTY)
  const { batchNo, expiresOn, quantity, costPrice, supplier } = draft.value
  const [asked, setAsked] = useState(false)
  const sent = useRef({ body: '', key: '' })
  const good: Partial<Record<Field, boolean>> = {
    batchNo: batchNo.trim() !== '',
    expiresOn: readDay(expiresOn) !== null,
    quantity: WHOLE.test(quantity.trim()),
    costPrice: costPrice.trim() === '' || readRm(costPrice) !== null,
  }
  const save = useMutation({
    mutationFn: () => {
      const body = {
        batchNo: batchNo.trim(),
        expiresOn,
        quantity: Number(quantity),
        ...(withCost && costPrice.trim() !== '' ? { costPrice: rmOf(readRm(costPrice) ?? 0) } : {}),
        ...(supplier.trim() === '' ? {} : { supplier: supplier.trim() }),
      }
      const text = JSON.stringify(body)
      if (sent.current.body !== text) sent.current = { body: text, key: newIdempotencyKey() }
      return receiveStock(stock.medicationId, body, sent.current.key)
    },
    onSuccess: () => {
      draft.drop()
      onDone()
    },
  })
  const refusedBatch = save.error instanceof HttpError && save.error.status === 422
  const field = (name: Field) => ({
    name,
    label: t(`medicines.${name}`),
    autoComplete: 'off',
    value: draft.value[name],
    error: asked && good[name] === false ? t(`medicines.fault.${name}`) : null,
    onChange: (event: { currentTarget: { value: string } }) =>
      draft.change({ [name]: event.currentTarget.value }),
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setAsked(true)
    if (!Object.values(good).includes(false) && !save.isPending) save.mutate()
  }
  return (
    <Dialog onClose={onClose} title={t('medicines.receiveOf', { name: stock.name })}>
      <form onSubmit={submit} style={{ display: 'grid', gap: 14 }} noValidate>
        {refusedBatch ? (
          <Notice tone="bad">{t('medicines.refusedBatch')}</Notice>
        ) : (
          <ErrorNotice error={save.error} />
        )}
        <TextInput {...field('batchNo')} data-autofocus required maxLength={40} />
        <DayInput {...field('expiresOn')} required onChange={(day) => draft.change({ expiresOn: day })} />
        <TextInput
          {...field('quantity')}
          label={t('medicines.quantityIn', { unit: stock.unit })}
          required
          inputMode="numeric"
        />
        {withCost ? <TextInput {...field('costPrice')} inputMode="decimal" /> : null}
        <TextInput {...field('supplier')} maxLength={120} />
        <Group justify="flex-end">
          <Button type="submit" loading={save.isPending}>
            {t('medicines.receive')}
          </Button>
        </Group>
      </form>
    </Dialog>
  )
}
