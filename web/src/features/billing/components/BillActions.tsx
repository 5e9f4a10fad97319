import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useUser } from '../../../app/session.tsx'
import { Icon } from '../../../ui/icons.tsx'
import { Key } from '../../../ui/Key.tsx'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { splitBill } from '../api.ts'
import type { Bill } from '../types.ts'
import { useBillChange } from '../use-bill.ts'
import { type Change, useDeskKeys } from '../use-desk-keys.ts'
import { AddItem } from './AddItem.tsx'
import styles from './Desk.module.css'
import { DiscountDialog } from './DiscountDialog.tsx'
import { PanelShareDialog } from './PanelShareDialog.tsx'

interface BillActionsProps {
  bill: Bill
  visitId: string
  onDone: (bill: Bill) => void
}

/** What can be changed of a bill that is not paid: a line more, a discount, who pays, one bill for each. */
export function BillActions({ bill, visitId, onDone }: BillActionsProps) {
  const { t } = useTranslation()
  const { permissions } = useUser()
  const [open, setOpen] = useState<Change | null>(null)
  const split = useBillChange(visitId, () => splitBill(visitId, bill.version), onDone)
  const close = (): void => setOpen(null)
  const mayDiscount = permissions.includes('bills.discount')
  useDeskKeys((which) => {
    if (which !== 'discount' || mayDiscount) setOpen(which)
  })
  const said = { bill, visitId, onDone, onClose: close }
  return (
    <>
      <div className={styles.changes}>
        <Button
          size="xs"
          variant="default"
          leftSection={<Icon name="add" />}
          rightSection={<Key of="Alt I" />}
          aria-keyshortcuts="Alt+I"
          aria-expanded={open === 'item'}
          onClick={() => setOpen(open === 'item' ? null : 'item')}
        >
          {t('billing.addItem')}
        </Button>
        {mayDiscount ? (
          <Button
            size="xs"
            variant="default"
            rightSection={<Key of="Alt X" />}
            aria-keyshortcuts="Alt+X"
            onClick={() => setOpen('discount')}
          >
            {t('billing.discount')}
          </Button>
        ) : null}
        <Button
          size="xs"
          variant="default"
          rightSection={<Key of="Alt N" />}
          aria-keyshortcuts="Alt+N"
          onClick={() => setOpen('panel')}
        >
          {t('billing.panelShare')}
        </Button>
        {bill.visits.length > 1 && bill.payments.length === 0 ? (
          <Button
            size="xs"
            variant="default"
            loading={split.isPending}
            onClick={() => split.mutate(undefined)}
          >
            {t('billing.split')}
          </Button>
        ) : null}
      </div>
      <ErrorNotice error={split.error} />
      {open === 'item' ? <AddItem {...said} /> : null}
      {open === 'discount' ? <DiscountDialog {...said} /> : null}
      {open === 'panel' ? <PanelShareDialog {...said} /> : null}
    </>
  )
}
