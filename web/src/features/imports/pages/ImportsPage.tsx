import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useKept } from '../../../lib/use-kept.ts'
import { Empty } from '../../../ui/Empty.tsx'
import { Icon } from '../../../ui/icons.tsx'
import { Loading } from '../../../ui/Loading.tsx'
import { AsOf, ErrorNotice } from '../../../ui/Notice.tsx'
import { Page } from '../../../ui/Page.tsx'
import ui from '../../../ui/ui.module.css'
import type { OperationFilter } from '../../operations/api.ts'
import { fetchOperations, operationKeys } from '../../operations/api.ts'
import { ImportRow } from '../components/ImportRow.tsx'

const FILTER: OperationFilter = { type: 'import', limit: 50 }

/** All imports that this person may see, newest first, live. */
export function ImportsPage() {
  const { t } = useTranslation()
  const query = useInfiniteQuery({
    queryKey: operationKeys.list(FILTER),
    queryFn: ({ pageParam, signal }) => fetchOperations(FILTER, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.meta.next,
  })
  const shown = useKept('imports', query)
  const imports = shown.data?.pages.flatMap((page) => page.data) ?? []
  return (
    <Page
      title={t('imports.title')}
      side={
        <>
          <AsOf atMs={shown.asOfMs} />
          <Button component={Link} to="/imports/new" leftSection={<Icon name="add" />}>
            {t('imports.new')}
          </Button>
        </>
      }
    >
      <ErrorNotice error={shown.error} onRetry={() => void query.refetch()} />
      {shown.isPending ? <Loading rows={8} /> : null}
      {shown.data && imports.length === 0 ? (
        <Empty
          title={t('imports.empty')}
          action={
            <Button component={Link} to="/imports/new" variant="default">
              {t('imports.new')}
            </Button>
          }
        >
          {t('imports.emptyHint')}
        </Empty>
      ) : null}
      {imports.length > 0 ? (
        <div className={ui.tableWrap}>
          <table className={ui.table}>
            <thead>
              <tr>
                <th>{t('imports.file')}</th>
                <th>{t('imports.status')}</th>
                <th className={ui.wideOnly} style={{ width: '22%' }}>
                  {t('imports.progress')}
                </th>
                <th className={`${ui.num} ${ui.wideOnly}`}>{t('imports.read')}</th>
                <th className={ui.num}>{t('imports.rejected')}</th>
                <th className={ui.wideOnly}>{t('imports.by')}</th>
                <th className={ui.wideOnly}>{t('imports.when')}</th>
              </tr>
            </thead>
            <tbody>
              {imports.map((operation) => (
                <ImportRow key={operation.id} operation={operation} />
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
      {query.hasNextPage ? (
        <Button
          mt={12}
          variant="default"
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {t('imports.older')}
        </Button>
      ) : null}
    </Page>
  )
}
