import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { clinicToday, formatCount, readDay } from '../../../lib/format.ts'
import { useLongList } from '../../../lib/use-long-list.ts'
import { Empty } from '../../../ui/Empty.tsx'
import { ListState } from '../../../ui/ListState.tsx'
import { AsOf } from '../../../ui/Notice.tsx'
import { Page } from '../../../ui/Page.tsx'
import { billingKeys, fetchPayments, type PaymentFilter } from '../api.ts'
import { CashTabs } from '../components/CashTabs.tsx'
import { PaymentDialog } from '../components/PaymentDialog.tsx'
import { PaymentFilters } from '../components/PaymentFilters.tsx'
import { PaymentTable } from '../components/PaymentTable.tsx'
import { useCashiers } from '../use-cashiers.ts'

/** Payments and what took some of them back, by day, way of paying, cashier and state. */
export function PaymentsPage() {
  const { t } = useTranslation()
  const [filter, setFilter] = useState<PaymentFilter>(() => ({
    day: clinicToday(),
    method: '',
    cashier: '',
    status: '',
  }))
  const [openId, setOpenId] = useState<string | null>(null)
  // a day that is half typed narrows nothing yet
  const asked = { ...filter, day: readDay(filter.day) ?? '' }
  const list = useLongList({
    queryKey: [...billingKeys.payments, asked],
    keptAs: `payments.${Object.values(asked).join('.')}`,
    read: (from, signal) => fetchPayments(asked, from, signal),
  })
  const cashiers = useCashiers(asked.day, list.rows)
  const open = list.rows.find(({ id }) => id === openId)
  const total = list.first?.meta.total ?? 0
  return (
    <>
      <CashTabs />
      <Page
        title={t('billing.payments')}
        side={
          <>
            <AsOf atMs={list.asOfMs} />
            {list.first === undefined
              ? null
              : t('billing.countShown', { count: total, shown: formatCount(total) })}
          </>
        }
      >
        <PaymentFilters
          filter={filter}
          cashiers={cashiers}
          onChange={(part) => setFilter({ ...filter, ...part })}
        />
        <ListState
          shown={list}
          isEmpty={list.rows.length === 0}
          lines={8}
          empty={<Empty title={t('billing.noPayments')}>{t('billing.noPaymentsHint')}</Empty>}
        >
          <PaymentTable list={list} onOpen={({ id }) => setOpenId(id)} />
        </ListState>
        {open === undefined ? null : <PaymentDialog payment={open} onClose={() => setOpenId(null)} />}
      </Page>
    </>
  )
}
