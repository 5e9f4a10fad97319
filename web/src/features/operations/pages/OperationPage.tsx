import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link, useLocation, useParams } from 'react-router'
import { formatCount } from '../../../lib/format.ts'
import { useKept } from '../../../lib/use-kept.ts'
import { Loading } from '../../../ui/Loading.tsx'
import { AsOf, ErrorNotice, Notice } from '../../../ui/Notice.tsx'
import { Page } from '../../../ui/Page.tsx'
import { DuplicatesLink } from '../../imports/components/duplicates/DuplicatesLink.tsx'
import { MendSection } from '../../imports/components/fixes/MendSection.tsx'
import { isMendable, wasMended } from '../../imports/components/fixes/mendable.ts'
import { SameFileNotice } from '../../imports/components/SameFileNotice.tsx'
import { fetchOperation, operationKeys } from '../api.ts'
import { CountsBar, CountsLegend } from '../components/CountsBar.tsx'
import { CountsByKind } from '../components/CountsByKind.tsx'
import { OperationActions } from '../components/OperationActions.tsx'
import { OperationFacts } from '../components/OperationFacts.tsx'
import { OperationFault } from '../components/OperationFault.tsx'
import { useOperationName } from '../components/OperationName.tsx'
import { OperationPace } from '../components/OperationPace.tsx'
import { RefusedRows } from '../components/RefusedRows.tsx'
import { StatusMark } from '../components/StatusMark.tsx'
import { waitsForDecision } from '../moves.ts'
import { optionsOf } from '../options.ts'
import type { Operation, OperationType } from '../types.ts'
import styles from './OperationPage.module.css'

/** One import or other heavy work, live until its end: how far, what became of the rows, what was refused and why. */
export function OperationPage() {
  const { id = '' } = useParams()
  const { t } = useTranslation()
  const nameOf = useOperationName()
  const query = useQuery({
    queryKey: operationKeys.one(id),
    queryFn: ({ signal }) => fetchOperation(id, signal),
  })
  const shown = useKept(`operation.${id}`, query)
  const operation = shown.data
  return (
    <Page
      title={operation ? nameOf(operation) : t('operations.import')}
      side={
        <>
          <AsOf atMs={shown.asOfMs} />
          {operation ? <DuplicatesLink operation={operation} /> : null}
          {operation ? <OperationActions operation={operation} /> : null}
          {operation ? <BackLink type={operation.type} /> : null}
        </>
      }
    >
      <ErrorNotice error={shown.error} onRetry={() => void query.refetch()} />
      {shown.isPending ? <Loading rows={6} /> : null}
      {operation ? <OperationBody operation={operation} /> : null}
    </Page>
  )
}

/** Leads to where such work is asked for. */
function BackLink({ type }: { type: OperationType }) {
  const { t } = useTranslation()
  if (type === 'import') return <Link to="/imports">{t('newImport.back')}</Link>
  if (type === 'report' || type === 'export')
    return <Link to={`/reports?tab=${type}`}>{t('reports.title')}</Link>
  return <Link to="/admin/backups">{t('backups.title')}</Link>
}

function OperationBody({ operation }: { operation: Operation }) {
  const { t } = useTranslation()
  const started = useLocation().state as { sameFileAs?: string | null } | null
  const counts = operation.counts
  return (
    <>
      <SameFileNotice id={started?.sameFileAs} />
      {optionsOf(operation).dryRun === true ? (
        <Notice>{t(waitsForDecision(operation) ? 'operations.dryRunDone' : 'operations.dryRun')}</Notice>
      ) : null}
      {operation.cancelRequested && operation.status === 'active' ? (
        <Notice tone="warn">{t('operations.cancelling')}</Notice>
      ) : null}
      <OperationFault operation={operation} />
      <section className={styles.panel} aria-label={t('imports.progress')}>
        <div className={styles.line}>
          <StatusMark status={operation.status} />
          <OperationPace operation={operation} />
        </div>
        <CountsBar operation={operation} />
        {operation.type === 'import' ? <CountsLegend operation={operation} /> : null}
        <CountsByKind operation={operation} />
        {counts ? (
          <p className={styles.sum}>
            {t('counts.sum', {
              read: formatCount(counts.read),
              parts: formatCount(
                counts.inserted + counts.updated + counts.unchanged + counts.skipped + counts.rejected,
              ),
            })}
          </p>
        ) : null}
      </section>
      {isMendable(operation) || wasMended(operation) ? <MendSection operation={operation} /> : null}
      {counts && counts.rejected > 0 ? <RefusedRows operation={operation} /> : null}
      <OperationFacts operation={operation} />
    </>
  )
}
