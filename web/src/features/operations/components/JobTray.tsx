import { ActionIcon, Indicator, Popover } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useUser } from '../../../app/session.tsx'
import { formatCount, formatMoment } from '../../../lib/format.ts'
import { Empty } from '../../../ui/Empty.tsx'
import { Icon } from '../../../ui/icons.tsx'
import { fetchOperations, operationKeys } from '../api.ts'
import { isInRows, isMoving } from '../live.ts'
import type { Operation } from '../types.ts'
import { CountsBar } from './CountsBar.tsx'
import styles from './JobTray.module.css'
import { useOperationName } from './OperationName.tsx'
import { StatusMark } from './StatusMark.tsx'

const SHOWN = 12

/** My running and recent work, one press away on every page. */
export function JobTray() {
  const { t } = useTranslation()
  const user = useUser()
  const [opened, setOpened] = useState(false)
  const filter = { user: user.id, limit: SHOWN }
  const query = useQuery({
    queryKey: operationKeys.list(filter),
    queryFn: ({ signal }) => fetchOperations(filter, null, signal),
  })
  const jobs = query.data?.data ?? []
  const running = jobs.filter(isMoving).length
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" width={380} trapFocus returnFocus>
      <Indicator disabled={running === 0} label={running} size={16} color="brand" offset={4}>
        <Popover.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={36}
            aria-label={running > 0 ? t('tray.openRunning', { count: running }) : t('tray.open')}
            onClick={() => setOpened((was) => !was)}
          >
            <Icon name="jobs" size={20} />
          </ActionIcon>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown p={0} className={styles.tray}>
        <div className={styles.head}>{t('tray.title')}</div>
        {jobs.length === 0 ? (
          <Empty title={t('tray.empty')}>{t('tray.emptyHint')}</Empty>
        ) : (
          <ul className={styles.list}>
            {jobs.map((job) => (
              <li key={job.id}>
                <TrayJob job={job} onOpen={() => setOpened(false)} />
              </li>
            ))}
          </ul>
        )}
      </Popover.Dropdown>
    </Popover>
  )
}

function TrayJob({ job, onOpen }: { job: Operation; onOpen: () => void }) {
  const { t } = useTranslation()
  const nameOf = useOperationName()
  const rows = job.counts?.read ?? job.progress.processed
  return (
    <Link className={styles.job} to={`/imports/${job.id}`} onClick={onOpen}>
      <span className={styles.row}>
        <span className={styles.name}>{nameOf(job)}</span>
        <StatusMark status={job.status} />
      </span>
      {isMoving(job) ? <CountsBar operation={job} size="small" /> : null}
      <span className={`${styles.row} ${styles.small}`}>
        <span>{isInRows(job) ? t('counts.rows', { count: rows, shown: formatCount(rows) }) : null}</span>
        <span>{formatMoment(job.finishedAt ?? job.createdAt)}</span>
      </span>
    </Link>
  )
}
