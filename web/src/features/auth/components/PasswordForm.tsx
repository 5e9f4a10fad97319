import { Button, PasswordInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { HttpError } from '../../../lib/problem.ts'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { changePassword } from '../api.ts'
import type { SignedIn } from '../types.ts'

/** The shortest password the server takes. */
export const SHORTEST_PASSWORD = 12

/** Present password, new one twice; the rule is said before it is broken. */
export function PasswordForm({ onChanged }: { onChanged: (signedIn: SignedIn) => void }) {
  const { t } = useTranslation()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const [again, setAgain] = useState('')
  const [tried, setTried] = useState(false)
  const change = useMutation({ mutationFn: () => changePassword(current, next), onSuccess: onChanged })
  const short =
    tried && next.length < SHORTEST_PASSWORD ? t('password.tooShort', { count: SHORTEST_PASSWORD }) : null
  const differs = tried && short === null && next !== again ? t('password.differs') : null
  const wrong = change.error instanceof HttpError && change.error.code === 'auth/failed'
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setTried(true)
    if (next.length >= SHORTEST_PASSWORD && next === again && !change.isPending) change.mutate()
  }
  const eye = { 'aria-label': t('signIn.showPassword') }
  return (
    <form onSubmit={submit} style={{ display: 'grid', gap: 14, maxWidth: 360 }}>
      <ErrorNotice error={wrong ? null : change.error} />
      <PasswordInput
        label={t('password.current')}
        name="currentPassword"
        autoComplete="current-password"
        required
        withAsterisk={false}
        visibilityToggleButtonProps={eye}
        error={wrong ? t('password.wrong') : null}
        value={current}
        onChange={(event) => setCurrent(event.currentTarget.value)}
      />
      <PasswordInput
        label={t('password.new')}
        description={t('password.rule', { count: SHORTEST_PASSWORD })}
        name="newPassword"
        autoComplete="new-password"
        required
        withAsterisk={false}
        visibilityToggleButtonProps={eye}
        error={short}
        value={next}
        onChange={(event) => setNext(event.currentTarget.value)}
      />
      <PasswordInput
        label={t('password.again')}
        name="newPasswordAgain"
        autoComplete="new-password"
        required
        withAsterisk={false}
        visibilityToggleButtonProps={eye}
        error={differs}
        value={again}
        onChange={(event) => setAgain(event.currentTarget.value)}
      />
      <Button type="submit" loading={change.isPending}>
        {t('password.submit')}
      </Button>
    </form>
  )
}
