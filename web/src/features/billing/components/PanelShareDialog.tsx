import { Button, Group, Select, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Dialog } from '../../../ui/Dialog.tsx'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { usePanels } from '../../panels/api.ts'
import { setPanel } from '../api.ts'
import type { Bill } from '../types.ts'
import { useBillChange } from '../use-bill.ts'
import styles from './Desk.module.css'

/** The value of "no panel"; no id looks like it. */
const NONE = 'none'

interface PanelShareDialogProps {
  bill: Bill
  visitId: string
  onDone: (bill: Bill) => void
  onClose: () => void
}

/** Says which panel pays its share of the bill; how much that is the server reckons. */
export function PanelShareDialog({ bill, visitId, onDone, onClose }: PanelShareDialogProps) {
  const { t } = useTranslation()
  const panels = usePanels()
  const [panelId, setPanelId] = useState(bill.panel?.id ?? NONE)
  const [reference, setReference] = useState(bill.panel?.reference ?? '')
  const save = useBillChange(
    visitId,
    (input: { version: number; panelId: string | null; reference?: string }) => setPanel(visitId, input),
    (after) => {
      onDone(after)
      onClose()
    },
  )
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (save.isPending) return
    save.mutate({
      version: bill.version,
      panelId: panelId === NONE ? null : panelId,
      ...(panelId === NONE || reference.trim() === '' ? {} : { reference: reference.trim() }),
    })
  }
  return (
    <Dialog onClose={onClose} title={t('billing.panelShare')}>
      <form onSubmit={submit} className={styles.form} noValidate>
        <ErrorNotice error={save.error} />
        <Select
          data-autofocus
          searchable
          allowDeselect={false}
          label={t('billing.panel')}
          data={[
            { value: NONE, label: t('billing.noPanel') },
            ...panels
              .filter(({ id, active }) => active || id === bill.panel?.id)
              .map(({ id, name, code }) => ({ value: id, label: `${name} (${code})` })),
          ]}
          value={panelId}
          onChange={(value) => setPanelId(value ?? NONE)}
        />
        {panelId === NONE ? null : (
          <TextInput
            name="reference"
            label={t('billing.panelReference')}
            maxLength={60}
            autoComplete="off"
            value={reference}
            onChange={(event) => setReference(event.currentTarget.value)}
          />
        )}
        <Group justify="flex-end">
          <Button type="submit" loading={save.isPending}>
            {t('billing.savePanel')}
          </Button>
        </Group>
      </form>
    </Dialog>
  )
}
