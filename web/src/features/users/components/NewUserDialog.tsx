import { Button, Group, Select, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { newIdempotencyKey } from '../../../lib/http.ts'
import { HttpError } from '../../../lib/problem.ts'
import { Dialog } from '../../../ui/Dialog.tsx'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { createUser, userKeys } from '../api.ts'
import { type OneTime, ROLES, type Role } from '../types.ts'

const EMPTY = { username: '', name: '', email: '', role: 'assistant' as Role }

interface NewUserDialogProps {
  /** A role nobody below it may give. */
  mayMakeSuper: boolean
  onMade: (given: OneTime) => void
  onClose: () => void
}

/** Adds a person to the staff; the password for the first sign-in is shown afterwards. */
export function NewUserDialog({ mayMakeSuper, onMade, onClose }: NewUserDialogProps) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [form, setForm] = useState(EMPTY)
  const key = useRef({ payload: '', value: '' })
  const create = useMutation({
    mutationFn: () => {
      const { email, ...rest } = form
      const user = email.trim() === '' ? rest : { ...rest, email }
      const payload = JSON.stringify(user)
      if (key.current.payload !== payload) key.current = { payload, value: newIdempotencyKey() }
      return createUser(user, key.current.value)
    },
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: userKeys.all })
      onMade({ username: made.username, password: made.oneTimePassword })
    },
  })
  const faultOf = (field: string): string | null =>
    create.error instanceof HttpError
      ? (create.error.errors.find(({ path }) => path === field)?.message ?? null)
      : null
  const text = (field: 'username' | 'name' | 'email') => ({
    label: t(`users.${field}`),
    value: form[field],
    autoComplete: 'off',
    error: faultOf(field),
    onChange: (event: { currentTarget: { value: string } }) =>
      setForm({ ...form, [field]: event.currentTarget.value }),
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!create.isPending) create.mutate()
  }
  return (
    <Dialog onClose={onClose} title={t('users.add')}>
      <form onSubmit={submit} style={{ display: 'grid', gap: 14 }} noValidate>
        <ErrorNotice error={create.error} />
        <TextInput {...text('name')} required data-autofocus />
        <TextInput {...text('username')} required spellCheck={false} />
        <TextInput {...text('email')} type="email" />
        <Select
          label={t('users.role')}
          allowDeselect={false}
          data={ROLES.filter((role) => mayMakeSuper || role !== 'super_admin').map((role) => ({
            value: role,
            label: t(`role.${role}`),
          }))}
          value={form.role}
          onChange={(role) => setForm({ ...form, role: (role ?? 'assistant') as Role })}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={create.isPending}>
            {t('users.add')}
          </Button>
        </Group>
      </form>
    </Dialog>
  )
}
