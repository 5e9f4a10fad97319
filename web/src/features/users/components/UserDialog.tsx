import { Button, Checkbox, Group, Select, Switch } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Dialog } from '../../../ui/Dialog.tsx'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { changeUser, endSessions, removeTwoFactor, resetPassword, userKeys } from '../api.ts'
import {
  type OneTime,
  PERMISSIONS,
  type Permission,
  ROLE_PERMISSIONS,
  ROLES,
  type Role,
  type Staff,
} from '../types.ts'
import styles from './UserDialog.module.css'

interface UserDialogProps {
  user: Staff
  mayMakeSuper: boolean
  onPassword: (given: OneTime) => void
  onClose: () => void
}

/** Role, extra rights and account of one person; every change ends what it takes away within seconds. */
export function UserDialog({ user, mayMakeSuper, onPassword, onClose }: UserDialogProps) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [role, setRole] = useState<Role>(user.role)
  const [active, setActive] = useState(user.active)
  const [grants, setGrants] = useState<Permission[]>(user.grants)
  const done = (): void => void queries.invalidateQueries({ queryKey: userKeys.all })
  const save = useMutation({
    mutationFn: () => changeUser(user.id, { version: user.version, role, active, grants }),
    onSuccess: onClose,
    onSettled: done,
  })
  const reset = useMutation({
    mutationFn: () => resetPassword(user.id),
    onSuccess: ({ oneTimePassword }) => onPassword({ username: user.username, password: oneTimePassword }),
    onSettled: done,
  })
  const end = useMutation({ mutationFn: () => endSessions(user.id) })
  const remove = useMutation({
    mutationFn: () => removeTwoFactor(user.id),
    onSuccess: onClose,
    onSettled: done,
  })
  const byRole = new Set<Permission>(ROLE_PERMISSIONS[role])
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!save.isPending) save.mutate()
  }
  return (
    <Dialog size="lg" onClose={onClose} title={`${user.name} (${user.username})`}>
      <form onSubmit={submit} style={{ display: 'grid', gap: 14 }}>
        <ErrorNotice error={save.error ?? reset.error ?? end.error ?? remove.error} />
        <Select
          label={t('users.role')}
          allowDeselect={false}
          data={ROLES.filter((one) => mayMakeSuper || one !== 'super_admin').map((value) => ({
            value,
            label: t(`role.${value}`),
          }))}
          value={role}
          onChange={(next) => setRole((next ?? user.role) as Role)}
        />
        <Switch
          label={t('users.active')}
          checked={active}
          onChange={(event) => setActive(event.currentTarget.checked)}
        />
        <fieldset className={styles.grants}>
          <legend>{t('users.grants')}</legend>
          {PERMISSIONS.map((permission) => (
            <Checkbox
              key={permission}
              size="xs"
              label={permission}
              disabled={byRole.has(permission)}
              checked={byRole.has(permission) || grants.includes(permission)}
              onChange={(event) =>
                setGrants(
                  event.currentTarget.checked
                    ? [...grants, permission]
                    : grants.filter((one) => one !== permission),
                )
              }
            />
          ))}
        </fieldset>
        <Group justify="space-between">
          <Group gap={8}>
            <Button variant="default" size="xs" loading={reset.isPending} onClick={() => reset.mutate()}>
              {t('users.resetPassword')}
            </Button>
            <Button variant="default" size="xs" loading={end.isPending} onClick={() => end.mutate()}>
              {t(end.isSuccess ? 'users.ended' : 'users.endSessions')}
            </Button>
            {user.twoFactor ? (
              <Button variant="default" size="xs" loading={remove.isPending} onClick={() => remove.mutate()}>
                {t('users.removeTwoFactor')}
              </Button>
            ) : null}
          </Group>
          <Button type="submit" loading={save.isPending}>
            {t('users.save')}
          </Button>
        </Group>
      </form>
    </Dialog>
  )
}
