import { Button, Code, CopyButton, Group } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Dialog } from '../../../ui/Dialog.tsx'
import type { OneTime } from '../types.ts'

/** Shows a password that works once; it is nowhere else and never shown again. */
export function OneTimePassword({ given, onClose }: { given: OneTime; onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <Dialog onClose={onClose} title={t('users.oneTimeFor', { username: given.username })}>
      <p style={{ marginTop: 0 }}>{t('users.oneTimeHint')}</p>
      <Code block>{given.password}</Code>
      <Group justify="flex-end" mt={16}>
        <CopyButton value={given.password}>
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
