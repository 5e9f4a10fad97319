import { Button, Switch } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatMoment } from '../../../lib/format.ts'
import { useKept } from '../../../lib/use-kept.ts'
import { AsOf, ErrorNotice } from '../../../ui/Notice.tsx'
import { Section } from '../../../ui/Page.tsx'
import ui from '../../../ui/ui.module.css'
import { useAsking } from '../../backups/use-asking.ts'
import { endStanding, fetchStanding, runStanding, standingKeys, turnStanding } from '../api.ts'
import type { Standing } from '../types.ts'
import styles from './Reports.module.css'

/** What is made by itself: how often, when next, who is told. Nothing is shown where there is none. */
export function StandingReports() {
  const { t } = useTranslation()
  const query = useQuery({
    queryKey: standingKeys.all,
    queryFn: ({ signal }) => fetchStanding(signal),
    staleTime: 0,
  })
  const shown = useKept('reports.standing', query)
  const all = shown.data?.data ?? []
  if (all.length === 0) return <ErrorNotice error={shown.error} onRetry={() => void query.refetch()} />
  return (
    <Section title={t('reports.standing.title')}>
      <AsOf atMs={shown.asOfMs} />
      <ErrorNotice error={shown.error} onRetry={() => void query.refetch()} />
      <div className={ui.tableWrap}>
        <table className={ui.table}>
          <thead>
            <tr>
              <th>{t('reports.report')}</th>
              <th className={ui.wideOnly}>{t('reports.standing.every')}</th>
              <th className={ui.wideOnly}>{t('backups.next')}</th>
              <th className={ui.wideOnly}>{t('reports.standing.owner')}</th>
              <th>{t('backups.on')}</th>
              <th>
                <span className="sr-only">{t('reports.actions')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {all.map((one) => (
              <StandingRow key={one.name} standing={one} />
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  )
}

function StandingRow({ standing }: { standing: Standing }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const onSettled = () => queries.invalidateQueries({ queryKey: standingKeys.all })
  const turn = useMutation({ mutationFn: (enabled: boolean) => turnStanding(standing, enabled), onSettled })
  const end = useMutation({ mutationFn: () => endStanding(standing.name), onSettled })
  const run = useAsking(runStanding)
  const [sure, setSure] = useState(false)
  const { title, every, at, weekday, monthDay, enabled, nextAt, owner, name } = standing
  const on = weekday === null ? '' : t(`backups.weekday.${weekday}`)
  return (
    <tr data-standing={name}>
      <td className={styles.file}>
        {title}
        <MailLine standing={standing} />
        <ErrorNotice error={turn.error ?? end.error ?? run.error} />
      </td>
      <td className={ui.wideOnly}>{t(`backups.every.${every}`, { at, weekday: on, day: monthDay ?? '' })}</td>
      <td className={ui.wideOnly}>{nextAt === null ? t('backups.never') : formatMoment(nextAt)}</td>
      <td className={ui.wideOnly}>{owner.name}</td>
      <td>
        <Switch
          aria-label={t('backups.onOf', { name: title })}
          checked={turn.isPending ? turn.variables : enabled}
          disabled={turn.isPending}
          onChange={(event) => turn.mutate(event.currentTarget.checked)}
        />
      </td>
      <td>
        <div className={styles.acts}>
          <Button
            size="compact-sm"
            variant="subtle"
            loading={run.isPending}
            aria-label={t('backups.runOf', { name: title })}
            onClick={() => run.mutate(name)}
          >
            {t('backups.run')}
          </Button>
          <Button
            size="compact-sm"
            variant={sure ? 'filled' : 'subtle'}
            color={sure ? 'red' : 'gray'}
            loading={end.isPending}
            aria-label={t(sure ? 'reports.standing.endSureOf' : 'reports.standing.endOf', { name: title })}
            onClick={() => (sure ? end.mutate() : setSure(true))}
            onBlur={() => setSure(false)}
          >
            {t(sure ? 'reports.standing.endSure' : 'reports.standing.end')}
          </Button>
        </div>
      </td>
    </tr>
  )
}

/** Who gets a mail, and what became of the last one. */
function MailLine({ standing: { recipients, lastMail } }: { standing: Standing }) {
  const { t } = useTranslation()
  if (recipients.length === 0) return null
  const state = lastMail === null ? '' : ` (${t(`reports.standing.mail.${lastMail.status}`)})`
  return (
    <p className={styles.hint}>
      {t('reports.standing.mailTo', { to: recipients.join(', ') })}
      {state}
    </p>
  )
}
