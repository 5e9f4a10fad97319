import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useUser } from '../../../app/session.tsx'
import { useLongList } from '../../../lib/use-long-list.ts'
import { Icon } from '../../../ui/icons.tsx'
import { ListState } from '../../../ui/ListState.tsx'
import { LongTable } from '../../../ui/LongTable.tsx'
import { AsOf } from '../../../ui/Notice.tsx'
import { Page } from '../../../ui/Page.tsx'
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
  const [adding, setAdding] = useState(false)
  const [chosen, setChosen] = useState<Staff | null>(null)
  const [given, setGiven] = useState<OneTime | null>(null)
  const list = useLongList({
    queryKey: userKeys.list,
    keptAs: 'users',
    read: (page, signal) => fetchUsers(Number(page ?? 1), signal),
  })
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
      <AsOf atMs={list.asOfMs} />
      <ListState shown={list} isEmpty={false} empty={null}>
        <LongTable
          list={list}
          head={
            <tr>
              <th>{t('users.name')}</th>
              <th className={ui.wideOnly}>{t('users.username')}</th>
              <th>{t('users.role')}</th>
              <th className={ui.wideOnly}>{t('users.state')}</th>
              <th>
                <span className="sr-only">{t('users.actions')}</span>
              </th>
            </tr>
          }
        >
          {(user, place) => (
            <tr {...place} style={user.active ? undefined : { opacity: 0.6 }}>
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
          )}
        </LongTable>
      </ListState>
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
