import { useTranslation } from 'react-i18next'
import { errorText } from '../../../lib/error-text.ts'
import { HttpError } from '../../../lib/problem.ts'
import { Notice } from '../../../ui/Notice.tsx'
import type { Operation } from '../types.ts'

/** Why an operation ended early, and that what was written stays and a retry goes on from there. */
export function OperationFault({ operation }: { operation: Operation }) {
  const { t } = useTranslation()
  if (operation.status === 'cancelled') return <Notice tone="warn">{t('operations.wasCancelled')}</Notice>
  if (operation.status !== 'failed') return null
  const problem = operation.error ?? {}
  const status = typeof problem.status === 'number' ? problem.status : 500
  const fault = new HttpError(status, problem)
  return (
    <Notice tone="bad" title={errorText(fault)}>
      {fault.detail === undefined ? null : <div>{fault.detail}</div>}
      {t('operations.failedHint')}
    </Notice>
  )
}
