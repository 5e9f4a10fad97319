import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { HttpError } from '../../../lib/problem.ts'
import { ErrorNotice, Notice } from '../../../ui/Notice.tsx'

/** Why a record is not shown; one that was put into another leads there. */
export function PatientFault({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { t } = useTranslation()
  const survivor =
    error instanceof HttpError && error.code === 'state/merged'
      ? (error.problem.survivor as { id: string; clinicNumber: string } | undefined)
      : undefined
  if (survivor === undefined) return <ErrorNotice error={error} onRetry={onRetry} />
  return (
    <Notice
      tone="warn"
      title={t('patientFile.isMerged')}
      action={
        <Link to={`/patients/${survivor.id}`}>
          {t('patients.openExisting', { number: survivor.clinicNumber })}
        </Link>
      }
    />
  )
}
