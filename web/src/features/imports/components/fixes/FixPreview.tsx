import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { formatCount } from '../../../../lib/format.ts'
import { useDebounced } from '../../../../lib/use-debounced.ts'
import { ErrorNotice } from '../../../../ui/Notice.tsx'
import { useFieldName, useReasonText } from '../../field-name.ts'
import { fixKeys, type GroupFix, type FixPreview as Preview, previewFixes } from './api.ts'
import styles from './fixes.module.css'

const PAUSE_MS = 500

/** How a few rows of the chosen groups would look: what was, what will be, and whether that is enough. */
export function FixPreview({ id, fixes }: { id: string; fixes: readonly GroupFix[] }) {
  const { t } = useTranslation()
  const settled = useDebounced(fixes.length === 0 ? '' : JSON.stringify(fixes), PAUSE_MS)
  const query = useQuery({
    queryKey: fixKeys.preview(id, settled === '' ? [] : (JSON.parse(settled) as GroupFix[])),
    queryFn: ({ signal }) => previewFixes(id, JSON.parse(settled) as GroupFix[], signal),
    enabled: settled !== '',
    placeholderData: keepPreviousData,
  })
  if (fixes.length === 0) return null
  const rows = query.data?.rows ?? []
  return (
    <div className={styles.preview} aria-busy={query.isFetching}>
      <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />
      {rows.length === 0 ? null : (
        <table aria-label={t('fixes.preview')}>
          <caption>{t('fixes.preview')}</caption>
          <thead>
            <tr>
              <th scope="col" className={styles.number}>
                {t('newImport.line')}
              </th>
              <th scope="col">{t('fixes.change')}</th>
              <th scope="col">{t('fixes.becomes')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <PreviewRow key={`${row.row} ${row.code} ${row.column}`} row={row} />
            ))}
          </tbody>
        </table>
      )}
    </div>
  )
}

function PreviewRow({ row }: { row: Preview['rows'][number] }) {
  const { t } = useTranslation()
  const nameOf = useFieldName()
  const reasonOf = useReasonText()
  const still = row.problems.map(({ column, code, message }) =>
    `${column === '' ? '' : `${nameOf(column)}: `}${reasonOf(code, message)}`.trim(),
  )
  return (
    <tr data-becomes={row.becomes}>
      <td className={styles.number}>{formatCount(row.line)}</td>
      <td>
        {row.changes.length === 0 ? t('fixes.noChange') : null}
        {row.changes.map(({ field, before, after }) => (
          <div key={field}>
            <span className={styles.field}>{`${nameOf(field)}: `}</span>
            <del>{before === '' ? t('fixes.nothing') : before}</del>
            {' → '}
            <ins>{after === '' ? t('fixes.nothing') : after}</ins>
          </div>
        ))}
      </td>
      <td className={styles.becomes}>
        {t(`fixes.then.${row.becomes}`)}
        {still.length > 0 ? <div className={styles.quiet}>{still.join(' · ')}</div> : null}
      </td>
    </tr>
  )
}
