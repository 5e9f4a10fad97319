import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useSession } from '../../../app/session.tsx'
import { Notice } from '../../../ui/Notice.tsx'
import { Gate } from '../components/Gate.tsx'
import { PasswordForm } from '../components/PasswordForm.tsx'

/** Stands before everything else while a one-time password has not been changed. */
export function FirstPasswordPage() {
  const { t } = useTranslation()
  const { entered, leave } = useSession()
  return (
    <Gate
      title={t('password.firstTitle')}
      foot={
        <Button size="compact-sm" variant="subtle" onClick={() => void leave()}>
          {t('user.signOut')}
        </Button>
      }
    >
      <Notice>{t('password.firstHint')}</Notice>
      <PasswordForm onChanged={entered} />
    </Gate>
  )
}
