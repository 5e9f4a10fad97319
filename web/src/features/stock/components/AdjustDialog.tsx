import { Button, Group, Select, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatDay } from '../../../lib/format.ts'
import { newIdempotencyKey } from '../../../lib/http.ts'
import { HttpError } from '../../../lib/problem.ts'
import { Dialog } from '../../../ui/Dialog.tsx'
import { ErrorNotice, Notice } from '../../../ui/Notice.tsx'
import { adjustStock } from '../api.ts'
import type { Stock } from '../types.ts'

const CHANGE = /^[+-]?[1-9][0-9]{0,6}$/

interface AdjustDialogProps {
  stock: Stock
  onDone: () => void
  /** Somebody else moved the batch: it is shown as it is, and what was typed stays. */
  onStale: () => void
  onClose: () => void
}

/** Takes off or adds what a reason explains. */
export function AdjustDialog({ stock, onDone, onStale, onClose }: AdjustDialogProps) {
  const { t } = useTranslation()
  const [batchId, setBatchId] = useState(stock.batches[0]?.id ?? null)
  const [change, setChange] = useState('')
  const [reason, setReason] = useState('')
  const [asked, setAsked] = useState(false)
  const sent = useRef({ body: '', key: '' })
  const batch = stock.batches.find(({ id }) => id === batchId)
  const typed = change.trim().replace('−', '-')
  const isGood = CHANGE.test(typed)
  const after = (batch?.onHand ?? 0) + (isGood ? Number(typed) : 0)
  const save = useMutation({
    mutationFn: (seen: Stock['batches'][number]) => {
      const body = {
        batchId: seen.id,
        change: Number(typed),
        reason: reason.trim(),
        version: seen.version,
      }
      const text = JSON.stringify(body)
      if (sent.current.body !== text) sent.current = { body: text, key: newIdempotencyKey() }
      return adjustStock(stock.medicationId, body, sent.current.key)
    },
    onSuccess: onDone,
    onError: (error) => {
      if (error instanceof HttpError && error.status === 409) onStale()
    },
  })
  const isStale = save.error instanceof HttpError && save.error.status === 409
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setAsked(true)
    if (batch !== undefined && isGood && after >= 0 && reason.trim() !== '' && !save.isPending)
      save.mutate(batch)
  }
  return (
    <Dialog onClose={onClose} title={t('medicines.adjustOf', { name: stock.name })}>
      <form onSubmit={submit} style={{ display: 'grid', gap: 14 }} noValidate>
        {isStale ? <Notice tone="warn">{t('medicines.stale')}</Notice> : <ErrorNotice error={save.error} />}
        <Select
          label={t('medicines.batch')}
          allowDeselect={false}
          data={stock.batches.map((one) => ({
            value: one.id,
            label: `${one.batchNo} · ${formatDay(one.expiresOn)} · ${one.onHand}`,
          }))}
          value={batchId}
          onChange={setBatchId}
        />
        <TextInput
          data-autofocus
          name="change"
          label={t('medicines.change')}
          description={t('medicines.changeHint')}
          autoComplete="off"
          required
          value={change}
          error={asked && (!isGood || after < 0) ? t('medicines.fault.change') : null}
          onChange={(event) => setChange(event.currentTarget.value)}
        />
        <TextInput
          name="reason"
          label={t('medicines.reason')}
          autoComplete="off"
          required
          maxLength={300}
          value={reason}
          error={asked && reason.trim() === '' ? t('medicines.fault.reason') : null}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {isGood && after >= 0 ? (
          <span>{t('medicines.after', { quantity: after, unit: stock.unit })}</span>
        ) : null}
        <Group justify="flex-end">
          <Button type="submit" loading={save.isPending}>
            {t('medicines.adjust')}
          </Button>
        </Group>
      </form>
    </Dialog>
  )
}
