import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { formatCount } from '../../../lib/format.ts'
import { useKept } from '../../../lib/use-kept.ts'
import { Empty } from '../../../ui/Empty.tsx'
import { Icon } from '../../../ui/icons.tsx'
import { Loading } from '../../../ui/Loading.tsx'
import { AsOf, ErrorNotice } from '../../../ui/Notice.tsx'
import { Page } from '../../../ui/Page.tsx'
import { fetchPatients, patientKeys } from '../api.ts'
import { PatientList } from '../components/PatientList.tsx'
import { useMayWritePatients } from '../may-write.ts'

/** The patient file; who is looked for is found by the search box above. */
export function PatientsPage() {
  const { t } = useTranslation()
  const mayWrite = useMayWritePatients()
  const query = useInfiniteQuery({
    queryKey: patientKeys.list,
    queryFn: ({ pageParam, signal }) => fetchPatients(pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.meta.next,
  })
  const shown = useKept('patients', query)
  const patients = shown.data?.pages.flatMap((page) => page.data) ?? []
  const meta = shown.data?.pages[0]?.meta
  return (
    <Page
      title={t('patients.title')}
      side={
        <>
          <AsOf atMs={shown.asOfMs} />
          {meta?.total === undefined ? null : (
            <span>
              {t(meta.totalIsAtLeast ? 'patients.atLeast' : 'patients.count', {
                count: meta.total,
                shown: formatCount(meta.total),
              })}
            </span>
          )}
          {mayWrite ? (
            <Button component={Link} to="/patients/family" variant="default">
              {t('families.register')}
            </Button>
          ) : null}
          {mayWrite ? (
            <Button component={Link} to="/patients/new" leftSection={<Icon name="add" />}>
              {t('patients.register')}
            </Button>
          ) : null}
        </>
      }
    >
      <ErrorNotice error={shown.error} onRetry={() => void query.refetch()} />
      {shown.isPending ? <Loading rows={10} /> : null}
      {shown.data && patients.length === 0 ? (
        <Empty title={t('patients.empty')}>{t('patients.emptyHint')}</Empty>
      ) : null}
      {patients.length > 0 ? (
        <PatientList
          patients={patients}
          more={query.hasNextPage && !query.isFetchingNextPage && query.error === null}
          onMore={() => void query.fetchNextPage()}
        />
      ) : null}
    </Page>
  )
}
