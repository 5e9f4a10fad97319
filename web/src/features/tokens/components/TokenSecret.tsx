import { Button, Code, CopyButton, Group } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Dialog } from '../../../ui/Dialog.tsx'
import type { MadeToken } from '../types.ts'

/** Shows the secret of a token; it is nowhere else and never shown again. */
export function TokenSecret({ made, onClose }: { made: MadeToken; onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <Dialog onClose={onClose} closeOnClickOutside={false} title={t('tokens.secretOf', { name: made.name })}>
      <p style={{ marginTop: 0 }}>{t('tokens.secretHint')}</p>
      <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }} data-secret>
        {made.token}
      </Code>
      <p style={{ marginBottom: 0 }}>{t('tokens.use')}</p>
      <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {`Authorization: Bearer ${made.token.slice(0, 10)}…`}
      </Code>
      <Group justify="flex-end" mt={16}>
        <CopyButton value={made.token}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {t(copied ? 'users.copied' : 'users.copy')}
            </Button>
          )}
        </CopyButton>
        <Button data-autofocus onClick={onClose}>
          {t('users.written')}
        </Button>
      </Group>
    </Dialog>
  )
}
