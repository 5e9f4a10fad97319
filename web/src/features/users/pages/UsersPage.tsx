import { Button } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useUser } from '../../../app/session.tsx'
import { useKept } from '../../../lib/use-kept.ts'
import { Icon } from '../../../ui/icons.tsx'
import { Loading } from '../../../ui/Loading.tsx'
import { AsOf, ErrorNotice } from '../../../ui/Notice.tsx'
import { Page } from '../../../ui/Page.tsx'
import { Pager } from '../../../ui/Pager.tsx'
import ui from '../../../ui/ui.module.css'
import { fetchUsers, userKeys } from '../api.ts'
import { NewUserDialog } from '../components/NewUserDialog.tsx'
import { OneTimePassword } from '../components/OneTimePassword.tsx'
import { UserDialog } from '../components/UserDialog.tsx'
import type { OneTime, Staff } from '../types.ts'

/** The staff: who may sign in, as what. */
export function UsersPage() {
  const { t } = useTranslation()
  const me = useUser()
  const mayWrite = me.permissions.includes('users.write')
  const [page, setPage] = useState(1)
  const [adding, setAdding] = useState(false)
  const [chosen, setChosen] = useState<Staff | null>(null)
  const [given, setGiven] = useState<OneTime | null>(null)
  const query = useQuery({
    queryKey: userKeys.page(page),
    queryFn: ({ signal }) => fetchUsers(page, signal),
    placeholderData: keepPreviousData,
    staleTime: 0,
  })
  const shown = useKept(`users.${page}`, query)
  const mayMakeSuper = me.role === 'super_admin'
  const show = (next: OneTime): void => {
    setAdding(false)
    setChosen(null)
    setGiven(next)
  }
  return (
    <Page
      title={t('users.title')}
      side={
        mayWrite ? (
          <Button leftSection={<Icon name="add" />} onClick={() => setAdding(true)}>
            {t('users.add')}
          </Button>
        ) : undefined
      }
    >
      <AsOf atMs={shown.asOfMs} />
      <ErrorNotice error={shown.error} onRetry={() => void query.refetch()} />
      {shown.isPending ? <Loading rows={6} /> : null}
      {shown.data === undefined ? null : (
        <div className={ui.tableWrap}>
          <table className={ui.table}>
            <thead>
              <tr>
                <th>{t('users.name')}</th>
                <th className={ui.wideOnly}>{t('users.username')}</th>
                <th>{t('users.role')}</th>
                <th className={ui.wideOnly}>{t('users.state')}</th>
                <th>
                  <span className="sr-only">{t('users.actions')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.data.data.map((user) => (
                <tr key={user.id} style={user.active ? undefined : { opacity: 0.6 }}>
                  <td>{user.name}</td>
                  <td className={ui.wideOnly}>{user.username}</td>
                  <td>
                    {t(`role.${user.role}`)}
                    {user.grants.length > 0 ? ` ${t('users.plus', { count: user.grants.length })}` : ''}
                  </td>
                  <td className={ui.wideOnly}>
                    {[
                      t(user.active ? 'users.isActive' : 'users.isInactive'),
                      user.twoFactor ? t('users.hasTwoFactor') : '',
                      user.mustChangePassword ? t('users.mustChange') : '',
                    ]
                      .filter(Boolean)
                      .join(' · ')}
                  </td>
                  <td className={ui.num}>
                    {mayWrite && user.id !== me.id ? (
                      <Button size="compact-sm" variant="subtle" onClick={() => setChosen(user)}>
                        {t('users.change')}
                      </Button>
                    ) : null}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Pager page={page} pages={shown.data?.meta.totalPages ?? 1} onPage={setPage} />
      {adding ? (
        <NewUserDialog mayMakeSuper={mayMakeSuper} onMade={show} onClose={() => setAdding(false)} />
      ) : null}
      {chosen === null ? null : (
        <UserDialog
          user={chosen}
          mayMakeSuper={mayMakeSuper}
          onPassword={show}
          onClose={() => setChosen(null)}
        />
      )}
      {given === null ? null : <OneTimePassword given={given} onClose={() => setGiven(null)} />}
    </Page>
  )
}
