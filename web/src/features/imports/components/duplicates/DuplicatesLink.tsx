import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useUser } from '../../../../app/session.tsx'
import type { Operation } from '../../../operations/types.ts'

/** Leads from an import of patients to its duplicates, whoever may put records together. */
export function DuplicatesLink({ operation }: { operation: Operation }) {
  const { t } = useTranslation()
  const may = useUser().permissions.includes('patients.merge')
  const { type, kind, counts, status } = operation
  const stands = status === 'completed' || operation.phase === 'duplicates'
  if (!may || type !== 'import' || kind !== 'patients' || !stands || (counts?.inserted ?? 0) === 0)
    return null
  return (
    <Button component={Link} to={`/imports/${operation.id}/duplicates`} variant="default">
      {t('pairs.title')}
    </Button>
  )
}
