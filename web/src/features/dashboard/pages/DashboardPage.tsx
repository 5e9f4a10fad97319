import { Button } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { addDays } from '../../../../../shared/units/dates.ts'
import { useUser } from '../../../app/session.tsx'
import { clinicToday, formatDay, readDay } from '../../../lib/format.ts'
import { useKept } from '../../../lib/use-kept.ts'
import { DayInput } from '../../../ui/DayInput.tsx'
import { Loading } from '../../../ui/Loading.tsx'
import { AsOf, ErrorNotice } from '../../../ui/Notice.tsx'
import { Page } from '../../../ui/Page.tsx'
import { dashboardKeys, fetchDashboard } from '../api.ts'
import styles from '../components/Dashboard.module.css'
import {
  ByDoctor,
  States,
  TakingsByMethod,
  TopDiagnoses,
  TopMedicines,
  VisitsByHour,
} from '../components/DayFigures.tsx'
import { MonthLine } from '../components/MonthLine.tsx'
import { Numbers } from '../components/Numbers.tsx'
import type { Dashboard } from '../types.ts'

/** A day of the clinic in figures, or a doctor's own; today's move by themselves while people come and pay. */
export function DashboardPage() {
  const { t } = useTranslation()
  const whole = useUser().permissions.includes('dashboard.view')
  const [typed, setTyped] = useState(clinicToday)
  const [day, setDay] = useState(typed)
  const open = (next: string): void => {
    setTyped(next)
    const read = readDay(next)
    if (read !== null) setDay(read)
  }
  const query = useQuery({
    queryKey: dashboardKeys.day(day),
    queryFn: ({ signal }) => fetchDashboard(day, signal),
    placeholderData: keepPreviousData,
    staleTime: 0,
  })
  const shown = useKept(`dashboard.${day}`, query)
  const today = clinicToday()
  return (
    <Page
      title={t(whole ? 'dashboard.title' : 'dashboard.own')}
      side={
        <>
          <AsOf atMs={shown.asOfMs} />
          <div className={styles.days}>
            <Button variant="default" onClick={() => open(addDays(day, -1))}>
              {t('dashboard.previous')}
            </Button>
            <DayInput aria-label={t('dashboard.day')} w={120} value={typed} onChange={open} />
            <Button variant="default" disabled={day >= today} onClick={() => open(addDays(day, 1))}>
              {t('dashboard.next')}
            </Button>
            <Button variant="default" disabled={day === today} onClick={() => open(today)}>
              {t('dashboard.today')}
            </Button>
          </div>
        </>
      }
    >
      <ErrorNotice error={shown.error} onRetry={() => void query.refetch()} />
      {shown.isPending ? <Loading rows={8} /> : null}
      {shown.data === undefined ? null : <Day board={shown.data} today={today} />}
    </Page>
  )
}

interface DayProps {
  board: Dashboard
  today: string
}

function Day({ board, today }: DayProps) {
  const { t } = useTranslation()
  return (
    <div data-day={board.day}>
      <h2 className="sr-only">{t('dashboard.figuresOf', { day: formatDay(board.day) })}</h2>
      <Numbers board={board} />
      <div className={styles.figures}>
        <VisitsByHour board={board} today={board.day === today} />
        <States board={board} />
        <TakingsByMethod board={board} />
        <ByDoctor board={board} />
        <TopDiagnoses board={board} />
        <TopMedicines board={board} />
        <MonthLine month={board.month} day={board.day} />
      </div>
    </div>
  )
}
