import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useLongList } from '../../../lib/use-long-list.ts'
import { Empty } from '../../../ui/Empty.tsx'
import { Icon } from '../../../ui/icons.tsx'
import { ListState } from '../../../ui/ListState.tsx'
import { LongTable } from '../../../ui/LongTable.tsx'
import { AsOf } from '../../../ui/Notice.tsx'
import { Page } from '../../../ui/Page.tsx'
import ui from '../../../ui/ui.module.css'
import type { OperationFilter } from '../../operations/api.ts'
import { fetchOperations, operationKeys } from '../../operations/api.ts'
import { ImportRow } from '../components/ImportRow.tsx'

/** Events keep it fresh. */
const FRESH_MS = 30_000
const FILTER: OperationFilter = { type: 'import', limit: 50 }

/** All imports that this person may see, newest first, live. */
export function ImportsPage() {
  const { t } = useTranslation()
  const list = useLongList({
    queryKey: operationKeys.list(FILTER),
    keptAs: 'imports',
    read: (from, signal) => fetchOperations(FILTER, from, signal),
    staleTime: FRESH_MS,
  })
  return (
    <Page
      title={t('imports.title')}
      side={
        <>
          <AsOf atMs={list.asOfMs} />
          <Button component={Link} to="/imports/new" leftSection={<Icon name="add" />}>
            {t('imports.new')}
          </Button>
        </>
      }
    >
      <ListState
        shown={list}
        isEmpty={list.rows.length === 0}
        lines={8}
        empty={
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
        }
      >
        <LongTable
          list={list}
          head={
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
          }
        >
          {(operation, place) => <ImportRow operation={operation} place={place} />}
        </LongTable>
      </ListState>
    </Page>
  )
}
