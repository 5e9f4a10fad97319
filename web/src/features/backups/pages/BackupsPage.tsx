import { Button } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useUser } from '../../../app/session.tsx'
import { useKept } from '../../../lib/use-kept.ts'
import { Empty } from '../../../ui/Empty.tsx'
import { ListState } from '../../../ui/ListState.tsx'
import { AsOf, ErrorNotice } from '../../../ui/Notice.tsx'
import { Page } from '../../../ui/Page.tsx'
import { Pager } from '../../../ui/Pager.tsx'
import { InTheMaking } from '../../reports/components/InTheMaking.tsx'
import { backupKeys, fetchBackups, makeBackup } from '../api.ts'
import { BackupTable } from '../components/BackupTable.tsx'
import { Schedules } from '../components/Schedules.tsx'
import { useAsking } from '../use-asking.ts'

/** The backups, whether each can be trusted, and what happens by itself. */
export function BackupsPage() {
  const { t } = useTranslation()
  const { permissions } = useUser()
  const mayRun = permissions.includes('backups.run')
  const [page, setPage] = useState(1)
  const query = useQuery({
    queryKey: backupKeys.page(page),
    queryFn: ({ signal }) => fetchBackups(page, signal),
    placeholderData: keepPreviousData,
    staleTime: 0,
  })
  const shown = useKept(`backups.${page}`, query)
  const make = useAsking((_: undefined, key) => makeBackup(key))
  return (
    <Page
      title={t('backups.title')}
      side={
        <>
          <AsOf atMs={shown.asOfMs} />
          {mayRun ? (
            <Button loading={make.isPending} onClick={() => make.mutate(undefined)}>
              {t('backups.now')}
            </Button>
          ) : null}
        </>
      }
    >
      <ErrorNotice error={make.error} />
      {(['backup', 'proof', 'maintenance'] as const).map((type) => (
        <InTheMaking key={type} type={type} mine={false} />
      ))}
      <ListState
        shown={shown}
        isEmpty={shown.data?.data.length === 0}
        lines={4}
        empty={<Empty title={t('backups.none')}>{t('backups.noneHint')}</Empty>}
      >
        <BackupTable backups={shown.data?.data ?? []} mayRun={mayRun} />
      </ListState>
      <Pager page={page} pages={shown.data?.meta.totalPages ?? 1} onPage={setPage} />
      <Schedules mayChange={permissions.includes('maintenance.run')} />
    </Page>
  )
}
