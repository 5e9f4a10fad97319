import { useTranslation } from 'react-i18next'
import { Link, useNavigate } from 'react-router'
import { formatCount, formatMoment } from '../../../lib/format.ts'
import ui from '../../../ui/ui.module.css'
import type { RowPlace } from '../../../ui/use-long-rows.ts'
import { CountsBar } from '../../operations/components/CountsBar.tsx'
import { useKindName, useOperationName } from '../../operations/components/OperationName.tsx'
import { StatusMark } from '../../operations/components/StatusMark.tsx'
import { optionsOf } from '../../operations/options.ts'
import type { Operation } from '../../operations/types.ts'
import styles from './ImportRow.module.css'

/** One import in the list; the whole row leads to its page, the name does so for keyboards and screen readers. */
export function ImportRow({ operation, place }: { operation: Operation; place: RowPlace }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const nameOf = useOperationName()
  const kindName = useKindName()
  const to = `/imports/${operation.id}`
  const rejected = operation.counts?.rejected ?? 0
  return (
    <tr
      {...place}
      className={ui.clickable}
      onClick={(event) => {
        // A click on the link itself, with its modifiers for a new tab, is the browser's.
        if (!(event.target as HTMLElement).closest('a')) void navigate(to)
      }}
    >
      <td className={styles.file}>
        <Link to={to} className={styles.name}>
          {nameOf(operation)}
        </Link>
        <span className={styles.kind}>
          {kindName(operation.kind)}
          {optionsOf(operation).dryRun === true ? ` · ${t('options.dryRun')}` : ''}
        </span>
        <span className={styles.whenBelow}>{formatMoment(operation.createdAt)}</span>
      </td>
      <td>
        <StatusMark status={operation.status} />
      </td>
      <td className={ui.wideOnly}>
        <CountsBar operation={operation} size="small" />
      </td>
      <td className={`${ui.num} ${ui.wideOnly}`}>{formatCount(operation.counts?.read ?? 0)}</td>
      <td className={`${ui.num} ${rejected > 0 ? styles.refused : ''}`}>{formatCount(rejected)}</td>
      <td className={ui.wideOnly}>{operation.createdBy?.name}</td>
      <td className={ui.wideOnly}>{formatMoment(operation.createdAt)}</td>
    </tr>
  )
}
