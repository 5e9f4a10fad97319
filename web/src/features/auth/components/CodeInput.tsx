import { TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'

const MAX_CODE_CHARS = 64

interface CodeInputProps {
  value: string
  onChange: (code: string) => void
  description?: string
  autoFocus?: boolean
}

/** The field for a code of the authenticator, which telephones fill in by themselves, or for a recovery code. */
export function CodeInput({ value, onChange, description, autoFocus = false }: CodeInputProps) {
  const { t } = useTranslation()
  return (
    <TextInput
      label={t('signIn.code')}
      description={description}
      name="code"
      autoComplete="one-time-code"
      autoCapitalize="none"
      spellCheck={false}
      required
      withAsterisk={false}
      maxLength={MAX_CODE_CHARS}
      autoFocus={autoFocus}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}
