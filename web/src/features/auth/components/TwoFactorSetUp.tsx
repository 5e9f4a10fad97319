import { Button, Code, PasswordInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { enableTwoFactor, setUpTwoFactor } from '../api.ts'
import type { RecoveryCodes, SignedIn } from '../types.ts'
import { CodeInput } from './CodeInput.tsx'

const PICTURE_PX = 196
const FORM = { display: 'grid', gap: 14, maxWidth: 420 } as const

/** Password, then the picture for the authenticator, then a first code: only that turns the second step on. */
export function TwoFactorSetUp({ onDone }: { onDone: (done: SignedIn & RecoveryCodes) => void }) {
  const { t } = useTranslation()
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const begin = useMutation({ mutationFn: () => setUpTwoFactor(password), onSettled: () => setPassword('') })
  const turnOn = useMutation({
    mutationFn: () => enableTwoFactor(code),
    onSuccess: onDone,
    onError: () => setCode(''),
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const step = begin.data === undefined ? begin : turnOn
    if (!step.isPending) step.mutate()
  }
  if (begin.data === undefined) {
    return (
      <form onSubmit={submit} style={FORM}>
        <p style={{ margin: 0 }}>{t('twoFactor.offHint')}</p>
        <ErrorNotice error={begin.error} />
        <PasswordInput
          label={t('twoFactor.password')}
          name="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword') }}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" loading={begin.isPending}>
          {t('twoFactor.begin')}
        </Button>
      </form>
    )
  }
  const { qr, secret } = begin.data
  return (
    <form onSubmit={submit} style={FORM}>
      <p style={{ margin: 0 }}>{t('twoFactor.scan')}</p>
      <img src={qr} width={PICTURE_PX} height={PICTURE_PX} alt={t('twoFactor.picture')} />
      <div>
        {t('twoFactor.secret')}
        <Code block>{secret.replace(/(.{4})(?=.)/g, '$1 ')}</Code>
      </div>
      <ErrorNotice error={turnOn.error} />
      <CodeInput value={code} onChange={setCode} autoFocus />
      <Button type="submit" loading={turnOn.isPending}>
        {t('twoFactor.turnOn')}
      </Button>
    </form>
  )
}
