import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Health } from '../../../../../shared/ops/schema.ts'
import { formatClock, formatDuration, formatMoment } from '../../../lib/format.ts'
import { request } from '../../../lib/http.ts'
import { HttpError } from '../../../lib/problem.ts'
import { useKept } from '../../../lib/use-kept.ts'
import { Icon } from '../../../ui/icons.tsx'
import { Loading } from '../../../ui/Loading.tsx'
import { AsOf, ErrorNotice } from '../../../ui/Notice.tsx'
import { Page } from '../../../ui/Page.tsx'
import ui from '../../../ui/ui.module.css'
import { HealthMark } from '../components/HealthMark.tsx'

/** An unhealthy system answers 503 with the same body, which is what one wants to see then. */
async function fetchHealth(signal: AbortSignal): Promise<Health> {
  try {
    return await request<Health>('/api/performance/health', { signal })
  } catch (error) {
    if (error instanceof HttpError && 'checks' in error.problem) return error.problem as unknown as Health
    throw error
  }
}

/** Whether everything the clinic's work stands on is well, part by part. */
export function HealthPage() {
  const { t } = useTranslation()
  const query = useQuery({ queryKey: ['health'], queryFn: ({ signal }) => fetchHealth(signal), staleTime: 0 })
  const shown = useKept('health', query)
  const checks = shown.data?.checks
  const facts: { part: string; status: string; fact: string }[] = checks
    ? [
        { part: 'database', status: checks.database.status, fact: spaced(checks.database.response_time) },
        { part: 'redis', status: checks.redis.status, fact: spaced(checks.redis.response_time) },
        {
          part: 'queues',
          status: checks.queues.status,
          fact: t('health.queueFacts', {
            waiting: checks.queues.waiting,
            active: checks.queues.active,
            oldest: formatDuration(checks.queues.oldest_waiting_seconds ?? 0),
          }),
        },
        {
          part: 'workers',
          status: checks.workers.status,
          fact: t('health.workerFacts', { count: checks.workers.count ?? 0 }),
        },
        { part: 'memory', status: checks.memory.status, fact: percent(checks.memory.usage_percent) },
        { part: 'disk', status: checks.disk.status, fact: percent(checks.disk.usage_percent) },
        {
          part: 'backup',
          status: checks.backup.status,
          fact: checks.backup.proven_at
            ? t('health.provenAt', { time: formatMoment(checks.backup.proven_at) })
            : t('health.neverProven'),
        },
      ]
    : []
  return (
    <Page
      title={t('health.title')}
      side={
        <>
          <AsOf atMs={shown.asOfMs} />
          {shown.data && shown.asOfMs === null ? <span>{formatClock(query.dataUpdatedAt)}</span> : null}
          <Button
            variant="default"
            leftSection={<Icon name="refresh" />}
            loading={query.isFetching}
            onClick={() => void query.refetch()}
          >
            {t('health.again')}
          </Button>
        </>
      }
    >
      <ErrorNotice error={shown.error} onRetry={() => void query.refetch()} />
      {shown.isPending ? <Loading rows={7} /> : null}
      {shown.data ? (
        <>
          <p>
            <HealthMark status={shown.data.status} />
          </p>
          <div className={ui.tableWrap}>
            <table className={ui.table}>
              <thead>
                <tr>
                  <th>{t('health.part')}</th>
                  <th>{t('health.state')}</th>
                  <th>{t('health.fact')}</th>
                </tr>
              </thead>
              <tbody>
                {facts.map(({ part, status, fact }) => (
                  <tr key={part}>
                    <td>{t(`health.parts.${part}`)}</td>
                    <td>
                      <HealthMark status={status} />
                    </td>
                    <td>{fact}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      ) : null}
    </Page>
  )
}

/** A number and its unit keep apart. */
const spaced = (time: string | undefined): string => (time ?? '').replace(/(\d)(?=[a-z])/, '$1 ')
const percent = (value: number | null | undefined): string =>
  value === null || value === undefined ? '' : `${Math.round(value)} %`
