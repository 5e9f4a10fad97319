import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useUser } from '../../../app/session.tsx'
import { fetchOperations, operationKeys } from '../../operations/api.ts'
import { CountsBar } from '../../operations/components/CountsBar.tsx'
import { useOperationName } from '../../operations/components/OperationName.tsx'
import { OperationPace } from '../../operations/components/OperationPace.tsx'
import { StatusMark } from '../../operations/components/StatusMark.tsx'
import { isMoving } from '../../operations/live.ts'
import type { OperationType } from '../../operations/types.ts'
import styles from './Reports.module.css'

const SHOWN = 5

/** One's own work of a type that goes on, live, and what of the latest failed; what is done is told elsewhere. */
export function InTheMaking({ type, mine = true }: { type: OperationType; mine?: boolean }) {
  const { t } = useTranslation()
  const user = useUser()
  const nameOf = useOperationName()
  const filter = { type, limit: SHOWN, ...(mine ? { user: user.id } : {}) }
  const query = useQuery({
    queryKey: operationKeys.list(filter),
    queryFn: ({ signal }) => fetchOperations(filter, null, signal),
  })
  const all = query.data?.data ?? []
  const shown = all.filter((one, at) => isMoving(one) || (at === 0 && one.status === 'failed'))
  if (shown.length === 0) return null
  return (
    <ul className={styles.making} aria-label={t('reports.making')}>
      {shown.map((operation) => (
        <li key={operation.id}>
          <div className={styles.line}>
            <Link className={styles.name} to={`/imports/${operation.id}`}>
              {nameOf(operation)}
            </Link>
            <StatusMark status={operation.status} />
            {isMoving(operation) ? <OperationPace operation={operation} /> : null}
          </div>
          {isMoving(operation) ? <CountsBar operation={operation} size="small" /> : null}
        </li>
      ))}
    </ul>
  )
}
