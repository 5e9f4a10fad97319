import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useUser } from '../../../app/session.tsx'
import { Icon } from '../../../ui/icons.tsx'
import { Loading } from '../../../ui/Loading.tsx'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { fetchUsers, userKeys } from '../../users/api.ts'
import { NewUserDialog } from '../../users/components/NewUserDialog.tsx'
import { OneTimePassword } from '../../users/components/OneTimePassword.tsx'
import type { OneTime } from '../../users/types.ts'
import styles from './SetUp.module.css'

/** Who may sign in, as what. */
export function UsersStep() {
  const { t } = useTranslation()
  const me = useUser()
  const [adding, setAdding] = useState(false)
  const [given, setGiven] = useState<OneTime | null>(null)
  const query = useQuery({
    queryKey: userKeys.page(1),
    queryFn: ({ signal }) => fetchUsers(1, signal),
    staleTime: 0,
  })
  return (
    <>
      <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />
      {query.isPending ? <Loading rows={4} /> : null}
      {query.data === undefined ? null : (
        <ul className={styles.list}>
          {query.data.data.map((user) => (
            <li key={user.id}>
              <span>
                {user.name} <span className={styles.quiet}>{user.username}</span>
              </span>
              <span className={styles.quiet}>{t(`role.${user.role}`)}</span>
            </li>
          ))}
        </ul>
      )}
      {me.permissions.includes('users.write') ? (
        <Button variant="default" leftSection={<Icon name="add" />} onClick={() => setAdding(true)}>
          {t('users.add')}
        </Button>
      ) : null}
      {adding ? (
        <NewUserDialog
          mayMakeSuper={me.role === 'super_admin'}
          onClose={() => setAdding(false)}
          onMade={(made) => {
            setAdding(false)
            setGiven(made)
          }}
        />
      ) : null}
      {given === null ? null : <OneTimePassword given={given} onClose={() => setGiven(null)} />}
    </>
  )
}
