import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { formatCount } from '../../../lib/format.ts'
import { useLongList } from '../../../lib/use-long-list.ts'
import { Empty } from '../../../ui/Empty.tsx'
import { Icon } from '../../../ui/icons.tsx'
import { ListState } from '../../../ui/ListState.tsx'
import { AsOf } from '../../../ui/Notice.tsx'
import { Page } from '../../../ui/Page.tsx'
import { fetchPatients, patientKeys } from '../api.ts'
import { PatientList } from '../components/PatientList.tsx'
import { useMayWritePatients } from '../may-write.ts'

const FRESH_MS = 30_000

/** The patient file; who is looked for is found by the search box above. */
export function PatientsPage() {
  const { t } = useTranslation()
  const mayWrite = useMayWritePatients()
  const list = useLongList({
    queryKey: patientKeys.list,
    keptAs: 'patients',
    read: fetchPatients,
    staleTime: FRESH_MS,
  })
  const meta = list.first?.meta
  return (
    <Page
      title={t('patients.title')}
      side={
        <>
          <AsOf atMs={list.asOfMs} />
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
      <ListState
        shown={list}
        isEmpty={list.rows.length === 0}
        lines={10}
        empty={<Empty title={t('patients.empty')}>{t('patients.emptyHint')}</Empty>}
      >
        <PatientList list={list} />
      </ListState>
    </Page>
  )
}
