import { SegmentedControl } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { REPORTERS, TABLE_EXPORTERS } from '../../../../../shared/rights/results.ts'
import { useUser } from '../../../app/session.tsx'
import { Page } from '../../../ui/Page.tsx'
import { ExportForm } from '../components/ExportForm.tsx'
import { InTheMaking } from '../components/InTheMaking.tsx'
import { ReportForm } from '../components/ReportForm.tsx'
import { Shelf } from '../components/Shelf.tsx'
import { StandingReports } from '../components/StandingReports.tsx'
import type { MakerType } from '../types.ts'

/** Figures and records of the clinic as files: ask for one, watch it being made, fetch it from the shelf. */
export function ReportsPage() {
  const { t } = useTranslation()
  const { permissions } = useUser()
  const tabs: MakerType[] = []
  if (REPORTERS.some((right) => permissions.includes(right))) tabs.push('report')
  if (TABLE_EXPORTERS.some((right) => permissions.includes(right))) tabs.push('export')
  const [search, setSearch] = useSearchParams()
  const tab = tabs.find((one) => one === search.get('tab')) ?? tabs[0]
  return (
    <Page title={t('reports.title')}>
      {tabs.length > 1 ? (
        <SegmentedControl
          aria-label={t('reports.tabs')}
          data={tabs.map((value) => ({ value, label: t(`reports.tab.${value}`) }))}
          value={tab ?? ''}
          onChange={(value) => setSearch({ tab: value }, { replace: true })}
        />
      ) : null}
      {tab === 'report' ? <ReportForm /> : null}
      {tab === 'export' ? <ExportForm /> : null}
      {tab === undefined ? null : <InTheMaking key={tab} type={tab} />}
      {tab === 'report' ? <StandingReports /> : null}
      <Shelf />
    </Page>
  )
}
