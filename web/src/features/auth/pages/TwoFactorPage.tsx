import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSession, useUser } from '../../../app/session.tsx'
import { Page } from '../../../ui/Page.tsx'
import { RecoveryCodes } from '../components/RecoveryCodes.tsx'
import { TwoFactorChange } from '../components/TwoFactorChange.tsx'
import { TwoFactorSetUp } from '../components/TwoFactorSetUp.tsx'

/** One's own second step at sign-in: set up, recovery codes, off. */
export function TwoFactorPage() {
  const { t } = useTranslation()
  const { entered } = useSession()
  const user = useUser()
  const [codes, setCodes] = useState<readonly string[] | null>(null)
  const shown =
    codes !== null ? (
      <RecoveryCodes codes={codes} onKept={() => setCodes(null)} />
    ) : user.twoFactor ? (
      <TwoFactorChange
        onCodes={({ recoveryCodes }) => setCodes(recoveryCodes)}
        onOff={(signedIn) => {
          entered(signedIn)
          notifications.show({ message: t('twoFactor.turnedOff') })
        }}
      />
    ) : (
      <TwoFactorSetUp
        onDone={(done) => {
          setCodes(done.recoveryCodes)
          entered(done)
        }}
      />
    )
  return <Page title={t('twoFactor.title')}>{shown}</Page>
}
