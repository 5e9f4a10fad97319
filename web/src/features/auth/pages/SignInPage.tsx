import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSession } from '../../../app/session.tsx'
import { type Language, setLanguage } from '../../../lib/i18n.ts'
import { HttpError } from '../../../lib/problem.ts'
import { ErrorNotice, Notice } from '../../../ui/Notice.tsx'
import { signIn } from '../api.ts'
import { CodeInput } from '../components/CodeInput.tsx'
import { Gate } from '../components/Gate.tsx'

const CODE_ASKED = new Set(['auth/totp-required', 'auth/totp-failed'])
const isWrongPassword = (error: unknown): boolean =>
  error instanceof HttpError && error.code === 'auth/failed'

/**
 * Sign-in, with the code of an account that has a second step; after an ended session the name is filled in and the
 * page behind is kept.
 */
export function SignInPage() {
  const { t, i18n } = useTranslation()
  const { entered, state, user } = useSession()
  const [username, setUsername] = useState(user?.username ?? '')
  const [password, setPassword] = useState('')
  const [code, setCode] = useState<string | null>(null)
  const attempt = useMutation({
    mutationFn: () => signIn(username.trim(), password, code ?? undefined),
    onSuccess: entered,
    onError: (error) => {
      // the password was right: it goes along with the code, and is asked for no second time
      if (error instanceof HttpError && CODE_ASKED.has(error.code)) return setCode('')
      if (code !== null && !isWrongPassword(error)) return
      setPassword('')
      setCode(null)
    },
  })
  const asks = attempt.error instanceof HttpError && attempt.error.code === 'auth/totp-required'
  const startAgain = (): void => {
    attempt.reset()
    setPassword('')
    setCode(null)
  }
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
      <ErrorNotice error={asks ? null : attempt.error} />
      <form onSubmit={submit} style={{ display: 'grid', gap: 14 }}>
        {code === null ? null : (
          <CodeInput description={t('signIn.codeHint')} value={code} onChange={setCode} autoFocus />
        )}
        <TextInput
          display={code === null ? undefined : 'none'}
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
          display={code === null ? undefined : 'none'}
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
        {code === null ? null : (
          <Button variant="subtle" onClick={startAgain}>
            {t('signIn.otherPerson')}
          </Button>
        )}
      </form>
    </Gate>
  )
}
