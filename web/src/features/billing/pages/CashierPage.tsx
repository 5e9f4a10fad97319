import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useKept } from '../../../lib/use-kept.ts'
import { Loading } from '../../../ui/Loading.tsx'
import { AsOf, ErrorNotice } from '../../../ui/Notice.tsx'
import { Page } from '../../../ui/Page.tsx'
import { queueKeys } from '../../queue/api.ts'
import { readBoard } from '../../queue/live.ts'
import { ShiftCard } from '../../shifts/components/ShiftCard.tsx'
import { CashTabs } from '../components/CashTabs.tsx'
import styles from '../components/Desk.module.css'
import { WaitingList } from '../components/WaitingList.tsx'

/** The cash desk: who waits to pay, and the own shift. */
export function CashierPage() {
  const { t } = useTranslation()
  const query = useQuery({
    queryKey: queueKeys.board,
    queryFn: ({ signal }) => readBoard(signal),
    staleTime: 0,
  })
  const shown = useKept('queue.board', query)
  const list = useRef<HTMLDivElement>(null)
  const ready = shown.data !== undefined
  useEffect(() => {
    // Enter opens the bill of who has waited longest; the hand is not moved when others arrive
    if (ready && document.activeElement === document.body)
      list.current?.querySelector<HTMLElement>('[data-first]')?.focus()
  }, [ready])
  return (
    <>
      <CashTabs />
      <Page title={t('billing.desk')} side={<AsOf atMs={shown.asOfMs} />}>
        <ErrorNotice error={shown.error} onRetry={() => void query.refetch()} />
        <div className={styles.desk}>
          <div ref={list}>
            {shown.isPending ? <Loading rows={6} /> : null}
            {shown.data === undefined ? null : <WaitingList tickets={shown.data} />}
          </div>
          <div className={styles.side}>
            <ShiftCard />
          </div>
        </div>
      </Page>
    </>
  )
}
