import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSession } from '../../../app/session.tsx'
import { Page } from '../../../ui/Page.tsx'
import { PasswordForm } from '../components/PasswordForm.tsx'

export function PasswordPage() {
  const { t } = useTranslation()
  const { entered } = useSession()
  const [round, setRound] = useState(0)
  return (
    <Page title={t('password.title')}>
      <PasswordForm
        key={round}
        onChanged={(signedIn) => {
          entered(signedIn)
          setRound((now) => now + 1)
          notifications.show({ message: t('password.changed') })
        }}
      />
    </Page>
  )
}
