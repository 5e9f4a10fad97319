import { Button, PasswordInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ErrorNotice, Notice } from '../../../ui/Notice.tsx'
import { disableTwoFactor, renewRecoveryCodes } from '../api.ts'
import type { RecoveryCodes, SignedIn } from '../types.ts'
import { CodeInput } from './CodeInput.tsx'

interface TwoFactorChangeProps {
  onOff: (signedIn: SignedIn) => void
  onCodes: (made: RecoveryCodes) => void
}

/** New recovery codes, or the second step off: both take password and code once more. */
export function TwoFactorChange({ onOff, onCodes }: TwoFactorChangeProps) {
  const { t } = useTranslation()
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const onSettled = (): void => setCode('')
  const renew = useMutation({
    mutationFn: () => renewRecoveryCodes(password, code),
    onSuccess: onCodes,
    onSettled,
  })
  const off = useMutation({ mutationFn: () => disableTwoFactor(password, code), onSuccess: onOff, onSettled })
  const busy = renew.isPending || off.isPending
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (busy) return
    off.reset()
    renew.mutate()
  }
  const turnOff = (): void => {
    renew.reset()
    off.mutate()
  }
  return (
    <form onSubmit={submit} style={{ display: 'grid', gap: 14, maxWidth: 420 }}>
      <Notice tone="good">{t('twoFactor.on')}</Notice>
      <p style={{ margin: 0 }}>{t('twoFactor.changeHint')}</p>
      <ErrorNotice error={renew.error ?? off.error} />
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
      <CodeInput description={t('signIn.codeHint')} value={code} onChange={setCode} />
      <Button type="submit" variant="default" loading={renew.isPending}>
        {t('twoFactor.newCodes')}
      </Button>
      <Button
        color="red"
        variant="light"
        loading={off.isPending}
        disabled={busy || password === '' || code === ''}
        onClick={turnOff}
      >
        {t('twoFactor.turnOff')}
      </Button>
    </form>
  )
}
