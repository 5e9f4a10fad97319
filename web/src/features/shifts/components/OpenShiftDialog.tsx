import { Button, Group, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { HttpError } from '../../../lib/problem.ts'
import { Dialog } from '../../../ui/Dialog.tsx'
import { ErrorNotice, Notice } from '../../../ui/Notice.tsx'
import { readRm, rmOf } from '../../billing/amounts.ts'
import { openShift, shiftKeys } from '../api.ts'
import styles from './Shifts.module.css'

/** Opens a shift with the money that lies in the drawer. */
export function OpenShiftDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [text, setText] = useState('')
  const [asked, setAsked] = useState(false)
  const sen = readRm(text)
  const open = useMutation({
    mutationFn: (float: string) => openShift(float),
    onSuccess: (shift) => {
      queries.setQueryData(shiftKeys.current, shift)
      onClose()
    },
    onSettled: () => queries.invalidateQueries({ queryKey: shiftKeys.all }),
  })
  const isOpen = open.error instanceof HttpError && open.error.status === 409
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setAsked(true)
    if (sen !== null && !open.isPending) open.mutate(rmOf(sen))
  }
  return (
    <Dialog onClose={onClose} title={t('shifts.open')}>
      <form onSubmit={submit} className={styles.form} noValidate>
        {isOpen ? <Notice tone="warn">{t('shifts.openAlready')}</Notice> : <ErrorNotice error={open.error} />}
        <TextInput
          data-autofocus
          name="float"
          label={t('shifts.floatRm')}
          description={t('shifts.floatHint')}
          inputMode="decimal"
          autoComplete="off"
          required
          value={text}
          error={asked && sen === null ? t('billing.fault.amount') : null}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button type="submit" loading={open.isPending}>
            {t('shifts.open')}
          </Button>
        </Group>
      </form>
    </Dialog>
  )
}
