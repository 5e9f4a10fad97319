import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { clinicToday, formatCount, readDay } from '../../../lib/format.ts'
import { useKept } from '../../../lib/use-kept.ts'
import { Empty } from '../../../ui/Empty.tsx'
import { Loading } from '../../../ui/Loading.tsx'
import { AsOf, ErrorNotice } from '../../../ui/Notice.tsx'
import { Page } from '../../../ui/Page.tsx'
import { Pager } from '../../../ui/Pager.tsx'
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
    page: 1,
  }))
  const [openId, setOpenId] = useState<string | null>(null)
  // a day that is half typed narrows nothing yet
  const asked = { ...filter, day: readDay(filter.day) ?? '' }
  const query = useQuery({
    queryKey: [...billingKeys.payments, asked],
    queryFn: ({ signal }) => fetchPayments(asked, signal),
    placeholderData: keepPreviousData,
    staleTime: 0,
  })
  const shown = useKept(`payments.${Object.values(asked).join('.')}`, query)
  const payments = shown.data?.data ?? []
  const cashiers = useCashiers(asked.day, payments)
  const open = payments.find(({ id }) => id === openId)
  const total = shown.data?.meta.total ?? 0
  return (
    <>
      <CashTabs />
      <Page
        title={t('billing.payments')}
        side={
          <>
            <AsOf atMs={shown.asOfMs} />
            {shown.data === undefined
              ? null
              : t('billing.countShown', { count: total, shown: formatCount(total) })}
          </>
        }
      >
        <PaymentFilters
          filter={filter}
          cashiers={cashiers}
          onChange={(part) => setFilter({ ...filter, page: 1, ...part })}
        />
        <ErrorNotice error={shown.error} onRetry={() => void query.refetch()} />
        {shown.isPending ? <Loading rows={8} /> : null}
        {shown.data !== undefined && payments.length === 0 ? (
          <Empty title={t('billing.noPayments')}>{t('billing.noPaymentsHint')}</Empty>
        ) : null}
        {payments.length > 0 ? <PaymentTable payments={payments} onOpen={({ id }) => setOpenId(id)} /> : null}
        <Pager
          page={filter.page}
          pages={shown.data?.meta.totalPages ?? 1}
          onPage={(page) => setFilter({ ...filter, page })}
        />
        {open === undefined ? null : <PaymentDialog payment={open} onClose={() => setOpenId(null)} />}
      </Page>
    </>
  )
}
