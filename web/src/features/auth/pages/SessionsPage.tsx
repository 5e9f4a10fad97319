import { Badge, Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { formatMoment } from '../../../lib/format.ts'
import { Loading } from '../../../ui/Loading.tsx'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { Page } from '../../../ui/Page.tsx'
import ui from '../../../ui/ui.module.css'
import { authKeys, endSession, fetchSessions } from '../api.ts'
import { deviceName } from '../device-name.ts'

/** Where one is signed in, and the means to end it. */
export function SessionsPage() {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const query = useQuery({
    queryKey: authKeys.sessions,
    queryFn: ({ signal }) => fetchSessions(signal),
    staleTime: 0,
  })
  const end = useMutation({
    mutationFn: (id: string | undefined) => endSession(id),
    onSettled: () => queries.invalidateQueries({ queryKey: authKeys.sessions }),
  })
  const sessions = query.data ?? []
  const others = sessions.some((session) => !session.current)
  return (
    <Page
      title={t('sessions.title')}
      side={
        others ? (
          <Button variant="default" loading={end.isPending} onClick={() => end.mutate(undefined)}>
            {t('sessions.endOthers')}
          </Button>
        ) : undefined
      }
    >
      <ErrorNotice error={query.error ?? end.error} onRetry={() => void query.refetch()} />
      {query.isPending ? <Loading rows={3} /> : null}
      {sessions.length > 0 ? (
        <div className={ui.tableWrap}>
          <table className={ui.table}>
            <thead>
              <tr>
                <th>{t('sessions.device')}</th>
                <th className={ui.wideOnly}>{t('sessions.address')}</th>
                <th className={ui.wideOnly}>{t('sessions.since')}</th>
                <th>{t('sessions.lastSeen')}</th>
                <th>
                  <span className="sr-only">{t('sessions.actions')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {sessions.map((session) => (
                <tr key={session.id}>
                  <td>{deviceName(session.userAgent) || t('sessions.unknownDevice')}</td>
                  <td className={ui.wideOnly}>{session.address}</td>
                  <td className={ui.wideOnly}>{formatMoment(session.createdAt)}</td>
                  <td>{formatMoment(session.lastSeenAt)}</td>
                  <td className={ui.num}>
                    {session.current ? (
                      <Badge variant="light" tt="none">
                        {t('sessions.thisOne')}
                      </Badge>
                    ) : (
                      <Button size="compact-sm" variant="subtle" onClick={() => end.mutate(session.id)}>
                        {t('sessions.end')}
                      </Button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </Page>
  )
}
