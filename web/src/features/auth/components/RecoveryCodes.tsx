import { Button, Code } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Section } from '../../../ui/Page.tsx'

/** The recovery codes, shown this once. */
export function RecoveryCodes({ codes, onKept }: { codes: readonly string[]; onKept: () => void }) {
  const { t } = useTranslation()
  return (
    <Section title={t('twoFactor.codesTitle')}>
      <div style={{ display: 'grid', gap: 14, maxWidth: 420, justifyItems: 'start' }}>
        <p style={{ margin: 0 }}>{t('twoFactor.codesHint')}</p>
        <Code block>{codes.join('\n')}</Code>
        <Button onClick={onKept}>{t('twoFactor.codesKept')}</Button>
      </div>
    </Section>
  )
}
