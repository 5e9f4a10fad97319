import { type RefObject, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { HttpError } from '../../../lib/problem.ts'
import { ErrorNotice, Notice } from '../../../ui/Notice.tsx'

/** The person that a refused number belongs to, where the server says so. */
function existingOf(error: unknown): { id: string; clinicNumber: string } | null {
  if (!(error instanceof HttpError) || error.code !== 'state/duplicate') return null
  const existing = error.problem.existing as { id?: string; clinicNumber?: string } | undefined
  return existing?.id ? { id: existing.id, clinicNumber: existing.clinicNumber ?? '' } : null
}

/** Why a form was refused; the hand is led to the first marked field, or to the person who is here already. */
export function FormError({ error, form }: { error: unknown; form: RefObject<HTMLFormElement | null> }) {
  const { t } = useTranslation()
  useEffect(() => {
    if (error) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [error, form])
  const existing = existingOf(error)
  if (existing === null) return <ErrorNotice error={error} />
  return (
    <Notice
      tone="bad"
      title={t('error.code.state_duplicate')}
      action={
        <Link to={`/patients/${existing.id}`}>
          {t('patients.openExisting', { number: existing.clinicNumber })}
        </Link>
      }
    />
  )
}
