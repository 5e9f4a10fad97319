import { Button, Group, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatDay } from '../../../lib/format.ts'
import { HttpError } from '../../../lib/problem.ts'
import { useDraft } from '../../../lib/use-draft.ts'
import { Dialog } from '../../../ui/Dialog.tsx'
import { ErrorNotice, Notice } from '../../../ui/Notice.tsx'
import { countStock } from '../api.ts'
import type { Stock } from '../types.ts'

const WHOLE = /^(0|[1-9][0-9]{0,6})$/

interface CountDialogProps {
  stock: Stock
  onDone: () => void
  /** Somebody else moved a batch: the book is shown as it is, and what was counted stays. */
  onStale: () => void
  onClose: () => void
}

/** Puts what was counted on the shelf in place of what the book says; a field left empty was not counted. */
export function CountDialog({ stock, onDone, onStale, onClose }: CountDialogProps) {
  const { t } = useTranslation()
  const draft = useDraft<Record<string, string>>(`count.${stock.medicationId}`, {})
  const [reason, setReason] = useState('')
  const [asked, setAsked] = useState(false)
  const typed = (id: string): string => draft.value[id]?.trim() ?? ''
  const counted = stock.batches.filter(({ id }) => typed(id) !== '')
  const isGood = counted.length > 0 && counted.every(({ id }) => WHOLE.test(typed(id)))
  const save = useMutation({
    mutationFn: () =>
      countStock(
        stock.medicationId,
        counted.map(({ id, version }) => ({ batchId: id, counted: Number(typed(id)), version })),
        reason,
      ),
    onSuccess: () => {
      draft.drop()
      onDone()
    },
    onError: (error) => {
      if (error instanceof HttpError && error.status === 409) onStale()
    },
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setAsked(true)
    if (isGood && !save.isPending) save.mutate()
  }
  const isStale = save.error instanceof HttpError && save.error.status === 409
  return (
    <Dialog onClose={onClose} title={t('medicines.countOf', { name: stock.name })}>
      <form onSubmit={submit} style={{ display: 'grid', gap: 14 }} noValidate>
        {isStale ? <Notice tone="warn">{t('medicines.stale')}</Notice> : <ErrorNotice error={save.error} />}
        {stock.batches.map(({ id, batchNo, expiresOn, onHand }, index) => (
          <TextInput
            key={id}
            {...(index === 0 ? { 'data-autofocus': true } : {})}
            label={`${batchNo} · ${formatDay(expiresOn)}`}
            description={t('medicines.inBook', { quantity: onHand, unit: stock.unit })}
            inputMode="numeric"
            autoComplete="off"
            value={draft.value[id] ?? ''}
            error={asked && typed(id) !== '' && !WHOLE.test(typed(id)) ? t('medicines.fault.counted') : null}
            onChange={(event) => draft.change({ [id]: event.currentTarget.value })}
          />
        ))}
        <TextInput
          name="reason"
          label={t('medicines.reasonOptional')}
          autoComplete="off"
          maxLength={300}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {asked && counted.length === 0 ? <Notice tone="bad">{t('medicines.fault.nothing')}</Notice> : null}
        <Group justify="flex-end">
          <Button type="submit" loading={save.isPending}>
            {t('medicines.count')}
          </Button>
        </Group>
      </form>
    </Dialog>
  )
}
