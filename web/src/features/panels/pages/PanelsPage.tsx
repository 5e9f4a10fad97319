import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useUser } from '../../../app/session.tsx'
import { useKept } from '../../../lib/use-kept.ts'
import { Empty } from '../../../ui/Empty.tsx'
import { Icon } from '../../../ui/icons.tsx'
import { Loading } from '../../../ui/Loading.tsx'
import { AsOf, ErrorNotice } from '../../../ui/Notice.tsx'
import { Page } from '../../../ui/Page.tsx'
import ui from '../../../ui/ui.module.css'
import { formatRm } from '../../billing/amounts.ts'
import { CashTabs } from '../../billing/components/CashTabs.tsx'
import { usePanelList } from '../api.ts'
import { PanelDialog } from '../components/PanelDialog.tsx'
import { StatementView } from '../components/StatementView.tsx'
import type { Panel } from '../types.ts'

/** Companies and insurers that pay for their people: what they pay of a bill, and what they owe. */
export function PanelsPage() {
  const { t } = useTranslation()
  const { permissions } = useUser()
  const mayWrite = permissions.includes('panels.write')
  const mayOwe = permissions.includes('payments.view')
  const query = usePanelList()
  const shown = useKept('panels', query)
  const [editing, setEditing] = useState<Panel | 'new' | null>(null)
  const [chosenId, setChosenId] = useState<string | null>(null)
  const panels = shown.data ?? []
  const chosen = panels.find(({ id }) => id === chosenId)
  return (
    <>
      <CashTabs />
      <Page
        title={t('panels.title')}
        side={
          <>
            <AsOf atMs={shown.asOfMs} />
            {mayWrite ? (
              <Button leftSection={<Icon name="add" />} onClick={() => setEditing('new')}>
                {t('panels.add')}
              </Button>
            ) : null}
          </>
        }
      >
        <ErrorNotice error={shown.error} onRetry={() => void query.refetch()} />
        {shown.isPending ? <Loading rows={4} /> : null}
        {shown.data !== undefined && panels.length === 0 ? (
          <Empty title={t('panels.none')}>{t('panels.noneHint')}</Empty>
        ) : null}
        {panels.length > 0 ? (
          <div className={ui.tableWrap}>
            <table className={ui.table}>
              <thead>
                <tr>
                  <th>{t('panels.name')}</th>
                  <th className={ui.wideOnly}>{t('panels.kind')}</th>
                  <th className={ui.num}>{t('panels.percent')}</th>
                  <th className={`${ui.num} ${ui.wideOnly}`}>{t('panels.copay')}</th>
                  <th className={`${ui.num} ${ui.wideOnly}`}>{t('panels.visitCap')}</th>
                  <th className={`${ui.num} ${ui.wideOnly}`}>{t('panels.yearLimit')}</th>
                  <th>
                    <span className="sr-only">{t('billing.actions')}</span>
                  </th>
                </tr>
              </thead>
              <tbody>{panels.map(row)}</tbody>
            </table>
          </div>
        ) : null}
        {chosen === undefined ? null : <StatementView key={chosen.id} panel={chosen} />}
        {editing === null ? null : (
          <PanelDialog panel={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />
        )}
      </Page>
    </>
  )

  function row(panel: Panel) {
    return (
      <tr key={panel.id} style={panel.active ? undefined : { opacity: 0.6 }}>
        <td>
          {panel.name} ({panel.code}){panel.active ? '' : ` · ${t('panels.inactive')}`}
        </td>
        <td className={ui.wideOnly}>{t(`panels.kinds.${panel.kind}`)}</td>
        <td className={ui.num}>{panel.percent.replace('.00', '')} %</td>
        <td className={`${ui.num} ${ui.wideOnly}`}>{formatRm(panel.copay)}</td>
        <td className={`${ui.num} ${ui.wideOnly}`}>{limit(panel.visitCap)}</td>
        <td className={`${ui.num} ${ui.wideOnly}`}>{limit(panel.yearLimit)}</td>
        <td className={ui.num}>
          {mayOwe ? (
            <Button
              size="compact-sm"
              variant="subtle"
              aria-label={t('panels.statementOf', { name: panel.name })}
              aria-pressed={panel.id === chosenId}
              onClick={() => setChosenId(panel.id === chosenId ? null : panel.id)}
            >
              {t('panels.owes')}
            </Button>
          ) : null}
          {mayWrite ? (
            <Button
              size="compact-sm"
              variant="subtle"
              aria-label={t('panels.changeOf', { name: panel.name })}
              onClick={() => setEditing(panel)}
            >
              {t('panels.change')}
            </Button>
          ) : null}
        </td>
      </tr>
    )
  }

  function limit(amount: string | null): string {
    return amount === null ? t('panels.noLimit') : formatRm(amount)
  }
}
