import { Button, Group, Switch } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { formatMoment } from '../../../lib/format.ts'
import { useKept } from '../../../lib/use-kept.ts'
import { Loading } from '../../../ui/Loading.tsx'
import { AsOf, ErrorNotice } from '../../../ui/Notice.tsx'
import { Section } from '../../../ui/Page.tsx'
import ui from '../../../ui/ui.module.css'
import { backupKeys, changeSchedule, fetchSchedules, runSchedule, type Schedule } from '../api.ts'
import { useAsking } from '../use-asking.ts'
import { ScheduleDialog } from './ScheduleDialog.tsx'

/** What happens by itself: how often, when next, and whether at all. */
export function Schedules({ mayChange }: { mayChange: boolean }) {
  const { t } = useTranslation()
  const query = useQuery({
    queryKey: backupKeys.schedules,
    queryFn: ({ signal }) => fetchSchedules(signal),
    staleTime: 0,
  })
  const shown = useKept('schedules', query)
  return (
    <Section title={t('backups.schedules')}>
      <AsOf atMs={shown.asOfMs} />
      <ErrorNotice error={shown.error} onRetry={() => void query.refetch()} />
      {shown.isPending ? <Loading rows={4} /> : null}
      {shown.data === undefined ? null : (
        <div className={ui.tableWrap}>
          <table className={ui.table}>
            <thead>
              <tr>
                <th>{t('backups.what')}</th>
                <th className={ui.wideOnly}>{t('backups.rhythm')}</th>
                <th>{t('backups.next')}</th>
                <th className={ui.wideOnly}>{t('backups.last')}</th>
                <th>{t('backups.on')}</th>
                <th>
                  <span className="sr-only">{t('backups.actions')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.data.data.map((one) => (
                <ScheduleRow key={one.name} schedule={one} mayChange={mayChange} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  )
}

function ScheduleRow({ schedule, mayChange }: { schedule: Schedule; mayChange: boolean }) {
  const { t, i18n } = useTranslation()
  const queries = useQueryClient()
  const [changing, setChanging] = useState(false)
  const turn = useMutation({
    mutationFn: (enabled: boolean) => changeSchedule(schedule, { enabled }),
    // refused because somebody else changed it: the list then shows how it stands
    onSettled: () => queries.invalidateQueries({ queryKey: backupKeys.schedules }),
  })
  const run = useAsking(runSchedule)
  const { name, every, at, weekday, monthDay, enabled, nextAt, lastOperationId } = schedule
  const key = `backups.schedule.${name}`
  const called = i18n.exists(key) ? t(key) : name
  const on = weekday === null ? '' : t(`backups.weekday.${weekday}`)
  return (
    <tr data-schedule={name}>
      <td>
        {called}
        <ErrorNotice error={turn.error ?? run.error} />
      </td>
      <td className={ui.wideOnly}>{t(`backups.every.${every}`, { at, weekday: on, day: monthDay ?? '' })}</td>
      <td>{nextAt === null ? t('backups.never') : formatMoment(nextAt)}</td>
      <td className={ui.wideOnly}>
        {lastOperationId === null ? null : (
          <Link to={`/imports/${lastOperationId}`}>{t('backups.show')}</Link>
        )}
      </td>
      <td>
        <Switch
          aria-label={t('backups.onOf', { name: called })}
          checked={turn.isPending ? turn.variables : enabled}
          disabled={!mayChange || turn.isPending}
          onChange={(event) => turn.mutate(event.currentTarget.checked)}
        />
      </td>
      <td className={ui.num}>
        {mayChange ? (
          <Group gap={4} justify="flex-end">
            <Button
              size="compact-sm"
              variant="subtle"
              aria-label={t('backups.changeOf', { name: called })}
              onClick={() => setChanging(true)}
            >
              {t('backups.change')}
            </Button>
            <Button
              size="compact-sm"
              variant="subtle"
              loading={run.isPending}
              aria-label={t('backups.runOf', { name: called })}
              onClick={() => run.mutate(name)}
            >
              {t('backups.run')}
            </Button>
          </Group>
        ) : null}
        {changing ? (
          <ScheduleDialog schedule={schedule} name={called} onClose={() => setChanging(false)} />
        ) : null}
      </td>
    </tr>
  )
}
