import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { formatCount } from '../../../lib/format.ts'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { fetchPatients, patientKeys } from '../../patients/api.ts'
import styles from './SetUp.module.css'

/** The patients of the system before, from a file. */
export function PatientsStep() {
  const { t } = useTranslation()
  const query = useQuery({
    queryKey: [...patientKeys.list, 'first'],
    queryFn: ({ signal }) => fetchPatients(null, signal),
    staleTime: 0,
  })
  const total = query.data?.meta.total
  return (
    <>
      <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />
      {total === undefined ? null : (
        <p className={styles.quiet}>{t('patients.count', { count: total, shown: formatCount(total) })}</p>
      )}
      <Button component={Link} to="/imports/new" variant="default">
        {t('setup.patients.import')}
      </Button>
    </>
  )
}
