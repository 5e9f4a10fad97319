import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useUser } from '../../../app/session.tsx'
import { formatMoment } from '../../../lib/format.ts'
import { useKept } from '../../../lib/use-kept.ts'
import { Empty } from '../../../ui/Empty.tsx'
import { ListState } from '../../../ui/ListState.tsx'
import { AsOf, ErrorNotice } from '../../../ui/Notice.tsx'
import { Page } from '../../../ui/Page.tsx'
import { Pager } from '../../../ui/Pager.tsx'
import ui from '../../../ui/ui.module.css'
import { fetchRules, removeRule, ruleKeys } from '../api.ts'
import { RuleForm } from '../components/RuleForm.tsx'

/** Addresses that are shut out, and those that never are. */
export function BlocksPage() {
  const { t } = useTranslation()
  const mayWrite = useUser().permissions.includes('security.write')
  const queries = useQueryClient()
  const [page, setPage] = useState(1)
  const query = useQuery({
    queryKey: ruleKeys.page(page),
    queryFn: ({ signal }) => fetchRules(page, signal),
    staleTime: 0,
  })
  const shown = useKept(`blocks.${page}`, query)
  const remove = useMutation({
    mutationFn: removeRule,
    onSettled: () => queries.invalidateQueries({ queryKey: ruleKeys.all }),
  })
  const rules = shown.data?.data ?? []
  return (
    <Page
      title={t('blocks.title')}
      side={
        <>
          <AsOf atMs={shown.asOfMs} />
          {shown.data ? <span>{t('blocks.yours', { address: shown.data.meta.yourAddress })}</span> : null}
        </>
      }
    >
      {mayWrite ? <RuleForm /> : null}
      <ErrorNotice error={remove.error} />
      <ListState
        shown={shown}
        isEmpty={rules.length === 0}
        lines={4}
        empty={<Empty title={t('blocks.none')}>{t('blocks.noneHint')}</Empty>}
      >
        <div className={ui.tableWrap}>
          <table className={ui.table}>
            <thead>
              <tr>
                <th>{t('blocks.network')}</th>
                <th>{t('blocks.kind')}</th>
                <th>{t('blocks.reason')}</th>
                <th className={ui.wideOnly}>{t('blocks.by')}</th>
                <th className={ui.wideOnly}>{t('blocks.until')}</th>
                <th>
                  <span className="sr-only">{t('blocks.actions')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {rules.map((rule) => (
                <tr key={rule.id}>
                  <td>{rule.network}</td>
                  <td>{t(`blocks.${rule.kind}`)}</td>
                  <td>{rule.reason}</td>
                  <td className={ui.wideOnly}>{rule.automatic ? t('blocks.automatic') : rule.createdBy}</td>
                  <td className={ui.wideOnly}>
                    {rule.expiresAt === null ? t('blocks.forever') : formatMoment(rule.expiresAt)}
                  </td>
                  <td className={ui.num}>
                    {mayWrite ? (
                      <Button size="compact-sm" variant="subtle" onClick={() => remove.mutate(rule.id)}>
                        {t('blocks.remove')}
                      </Button>
                    ) : null}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </ListState>
      <Pager page={page} pages={shown.data?.meta.totalPages ?? 1} onPage={setPage} />
    </Page>
  )
}
