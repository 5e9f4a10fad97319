import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSession } from '../../../app/session.tsx'
import { type Language, setLanguage } from '../../../lib/i18n.ts'
import { ErrorNotice, Notice } from '../../../ui/Notice.tsx'
import { signIn } from '../api.ts'
import { Gate } from '../components/Gate.tsx'

/** Sign-in; after an ended session the name is filled in and the page behind is kept. */
export function SignInPage() {
  const { t, i18n } = useTranslation()
  const { entered, state, user } = useSession()
  const [username, setUsername] = useState(user?.username ?? '')
  const [password, setPassword] = useState('')
  const attempt = useMutation({
    mutationFn: () => signIn(username.trim(), password),
    onSuccess: entered,
    onError: () => setPassword(''),
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!attempt.isPending) attempt.mutate()
  }
  const other: Language = i18n.language === 'ms' ? 'en' : 'ms'
  return (
    <Gate
      title={t('signIn.title')}
      foot={
        <>
          <span>{t('app.version', { version: __APP_VERSION__ })}</span>
          <Button size="compact-sm" variant="subtle" lang={other} onClick={() => void setLanguage(other)}>
            {t('language.switch')}
          </Button>
        </>
      }
    >
      {state === 'expired' ? <Notice tone="warn">{t('signIn.expired')}</Notice> : null}
      <ErrorNotice error={attempt.error} />
      <form onSubmit={submit} style={{ display: 'grid', gap: 14 }}>
        <TextInput
          label={t('signIn.username')}
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          withAsterisk={false}
          autoFocus={username === ''}
          value={username}
          onChange={(event) => setUsername(event.currentTarget.value)}
        />
        <PasswordInput
          label={t('signIn.password')}
          name="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          autoFocus={username !== ''}
          visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword') }}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" loading={attempt.isPending} fullWidth>
          {t('signIn.submit')}
        </Button>
      </form>
    </Gate>
  )
}
