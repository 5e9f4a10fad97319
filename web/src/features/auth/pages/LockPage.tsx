import { Button, PasswordInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSession, useUser } from '../../../app/session.tsx'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { Gate } from '../components/Gate.tsx'

/** What stands before a page that was left alone: its owner goes on by the password, somebody else signs in. */
export function LockPage() {
  const { t } = useTranslation()
  const { unlock, abandon } = useSession()
  const { name, username } = useUser()
  const [password, setPassword] = useState('')
  const attempt = useMutation({
    mutationFn: () => unlock(password),
    onError: () => setPassword(''),
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!attempt.isPending) attempt.mutate()
  }
  return (
    <Gate title={t('lock.title')}>
      <p style={{ margin: 0 }}>{t('lock.hint', { name: name || username })}</p>
      <ErrorNotice error={attempt.error} />
      <form onSubmit={submit} style={{ display: 'grid', gap: 14 }}>
        <input type="hidden" name="username" autoComplete="username" value={username} readOnly />
        <PasswordInput
          label={t('signIn.password')}
          name="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          autoFocus
          visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword') }}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" loading={attempt.isPending} fullWidth>
          {t('lock.open')}
        </Button>
        <Button variant="subtle" onClick={abandon}>
          {t('lock.otherPerson')}
        </Button>
      </form>
    </Gate>
  )
}
