import { useTranslation } from 'react-i18next'
import { formatMoment } from '../../../lib/format.ts'
import { HttpError } from '../../../lib/problem.ts'
import { Notice } from '../../../ui/Notice.tsx'
import type { Appointment } from '../types.ts'

/** The appointment as it is by now, where that is why something was refused. */
export function changedMeanwhile(error: unknown): Appointment | null {
  if (!(error instanceof HttpError) || error.status !== 409) return null
  return (error.problem.current as Appointment | undefined) ?? null
}

/** Says what somebody else made of an appointment. */
export function ChangedMeanwhile({ current }: { current: Appointment }) {
  const { t } = useTranslation()
  return (
    <Notice tone="warn" title={t('appointments.changed')}>
      {t('appointments.nowIs', {
        status: t(`appointments.status.${current.status}`),
        at: formatMoment(current.start),
      })}
    </Notice>
  )
}
