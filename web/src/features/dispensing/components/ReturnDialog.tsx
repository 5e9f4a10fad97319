import { Button, Group, Switch, Textarea } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useDraft } from '../../../lib/use-draft.ts'
import { Dialog } from '../../../ui/Dialog.tsx'
import type { DispensingItem } from '../types.ts'
import styles from './Dispensary.module.css'

interface ReturnDialogProps {
  line: DispensingItem
  onReturn: (reason: string, restock: boolean) => void
  onClose: () => void
}

const MAX_REASON = 300

/** Asks why a medicine comes back and, where it had left the house, whether it may go on the shelf again. */
export function ReturnDialog({ line, onReturn, onClose }: ReturnDialogProps) {
  const { t } = useTranslation()
  const draft = useDraft(`return.${line.id}`, { reason: '', restock: true })
  const [asked, setAsked] = useState(false)
  const { reason, restock } = draft.value
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setAsked(true)
    if (reason.trim() === '') return
    draft.drop()
    onReturn(reason.trim(), restock)
  }
  const putBack = line.status === 'prepared'
  return (
    <Dialog
      onClose={onClose}
      title={t(putBack ? 'dispensing.putBackOf' : 'dispensing.returnOf', { name: line.description })}
    >
      <form onSubmit={submit} className={styles.check} noValidate>
        <Textarea
          data-autofocus
          name="reason"
          label={t('dispensing.reason')}
          required
          autosize
          minRows={2}
          maxLength={MAX_REASON}
          value={reason}
          error={asked && reason.trim() === '' ? t('dispensing.reasonNeeded') : null}
          onChange={(event) => draft.change({ reason: event.currentTarget.value })}
        />
        {putBack ? null : (
          <Switch
            label={t('dispensing.restock')}
            description={t('dispensing.restockHint')}
            checked={restock}
            onChange={(event) => draft.change({ restock: event.currentTarget.checked })}
          />
        )}
        <Group justify="flex-end">
          <Button type="submit">{t(putBack ? 'dispensing.putBack' : 'dispensing.return')}</Button>
        </Group>
      </form>
    </Dialog>
  )
}
