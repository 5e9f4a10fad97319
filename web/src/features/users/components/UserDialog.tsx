import { Button, Group, Select, Switch } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useUser } from '../../../app/session.tsx'
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
import { RightsPicker } from './RightsPicker.tsx'

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
  const { permissions: mine } = useUser()
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
  // Nobody gives what he has not himself; what was given stays in sight.
  const offered = PERMISSIONS.filter(
    (right) => byRole.has(right) || user.grants.includes(right) || mine.includes(right),
  )
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!save.isPending) save.mutate()
  }
  return (
    <Dialog size="xl" onClose={onClose} title={`${user.name} (${user.username})`}>
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
        <RightsPicker
          legend={t('users.grants')}
          rights={offered}
          fixed={byRole}
          value={grants}
          onChange={setGrants}
        />
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
