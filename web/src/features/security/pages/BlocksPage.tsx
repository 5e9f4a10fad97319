import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useUser } from '../../../app/session.tsx'
import { formatMoment } from '../../../lib/format.ts'
import { Empty } from '../../../ui/Empty.tsx'
import { Loading } from '../../../ui/Loading.tsx'
import { ErrorNotice } from '../../../ui/Notice.tsx'
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
  const remove = useMutation({
    mutationFn: removeRule,
    onSettled: () => queries.invalidateQueries({ queryKey: ruleKeys.all }),
  })
  const rules = query.data?.data ?? []
  return (
    <Page
      title={t('blocks.title')}
      side={
        query.data ? <span>{t('blocks.yours', { address: query.data.meta.yourAddress })}</span> : undefined
      }
    >
      {mayWrite ? <RuleForm /> : null}
      <ErrorNotice error={query.error ?? remove.error} onRetry={() => void query.refetch()} />
      {query.isPending ? <Loading rows={4} /> : null}
      {query.isSuccess && rules.length === 0 ? (
        <Empty title={t('blocks.none')}>{t('blocks.noneHint')}</Empty>
      ) : null}
      {rules.length > 0 ? (
        <div className={ui.tableWrap}>
          <table className={ui.table}>
            <thead>
              <tr>
                <th>{t('blocks.network')}</th>
                <th>{t('blocks.kind')}</th>
                <th>{t('blocks.reason')}</th>
                <th className={ui.wideOnly}>{t('blocks.by')}</th>
                <th>{t('blocks.until')}</th>
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
                  <td>{rule.expiresAt === null ? t('blocks.forever') : formatMoment(rule.expiresAt)}</td>
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
      ) : null}
      <Pager page={page} pages={query.data?.meta.totalPages ?? 1} onPage={setPage} />
    </Page>
  )
}
