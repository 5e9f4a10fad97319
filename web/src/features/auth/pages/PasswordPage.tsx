import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Page } from '../../../ui/Page.tsx'
import { PasswordForm } from '../components/PasswordForm.tsx'

export function PasswordPage() {
  const { t } = useTranslation()
  const [round, setRound] = useState(0)
  return (
    <Page title={t('password.title')}>
      <PasswordForm
        key={round}
        onChanged={() => {
          setRound((now) => now + 1)
          notifications.show({ message: t('password.changed') })
        }}
      />
    </Page>
  )
}
