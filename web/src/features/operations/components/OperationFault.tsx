import { useTranslation } from 'react-i18next'
import { errorText } from '../../../lib/error-text.ts'
import { fileFault } from '../../../lib/file-fault.ts'
import { HttpError } from '../../../lib/problem.ts'
import { Notice } from '../../../ui/Notice.tsx'
import { mayContinue } from '../moves.ts'
import { optionsOf } from '../options.ts'
import type { Operation } from '../types.ts'

/** What is to be said of imports that were all or nothing. */
const NOTHING_STAYS: Readonly<Record<string, string>> = {
  'import/rows-refused': 'nothingHint',
  'import/not-all': 'notAllHint',
}

/** Why an operation ended early, that what was written stays, and whether going on can help. */
export function OperationFault({ operation }: { operation: Operation }) {
  const { t } = useTranslation()
  const isImport = operation.type === 'import'
  const isAll = isImport && optionsOf(operation).mode === 'all-or-nothing'
  if (operation.status === 'cancelled' && isAll)
    return <Notice tone="warn">{t('operations.allCancelled')}</Notice>
  if (operation.status === 'cancelled')
    return <Notice tone="warn">{t(isImport ? 'operations.wasCancelled' : 'operations.wasStopped')}</Notice>
  if (operation.status !== 'failed') return null
  const problem = operation.error ?? {}
  const status = typeof problem.status === 'number' ? problem.status : 500
  const fault = new HttpError(status, problem)
  const exactly = fileFault(fault)
  const hint = NOTHING_STAYS[fault.code] ?? (mayContinue(operation) ? 'failedHint' : 'hopelessHint')
  return (
    <Notice tone="bad" title={errorText(fault)}>
      {exactly === undefined ? null : <div>{exactly}</div>}
      {isImport ? t(`operations.${hint}`) : null}
    </Notice>
  )
}
