import { Button } from '@mantine/core'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { RouterProvider } from 'react-router'
import { Gate } from '../features/auth/components/Gate.tsx'
import { FirstPasswordPage } from '../features/auth/pages/FirstPasswordPage.tsx'
import { LockPage } from '../features/auth/pages/LockPage.tsx'
import { SignInPage } from '../features/auth/pages/SignInPage.tsx'
import type { User } from '../features/auth/types.ts'
import { Notice } from '../ui/Notice.tsx'
import { useCurtain } from './curtain.ts'
import { LiveEvents } from './LiveEvents.tsx'
import { fetchPages, router } from './router.tsx'
import { useSession } from './session.tsx'

/** Decides what stands before the person: the gate, or the work. */
export function App() {
  const { state, user } = useSession()
  const isBehind = state === 'expired' || state === 'locked'
  useCurtain(isBehind)
  return (
    <>
      {state === 'out' || state === 'expired' ? <SignInPage /> : null}
      {state === 'locked' ? <LockPage /> : null}
      {state === 'mustChange' ? <FirstPasswordPage /> : null}
      {state === 'away' ? <ServerAway /> : null}
      {user !== null && state !== 'mustChange' ? (
        // Behind the sign-in form the page stays as it was, unseen and out of reach, until the same person is back.
        <div key={user.id} style={state === 'in' ? undefined : { display: 'none' }} inert={state !== 'in'}>
          {state === 'in' || isBehind ? <Work live={state === 'in'} user={user} /> : null}
        </div>
      ) : null}
    </>
  )
}

/** After this time the first page stands, and the line is free for the scripts of the others. */
const SETTLED_MS = 3_000

function Work({ live, user }: { live: boolean; user: User }) {
  useEffect(() => {
    const timer = setTimeout(() => void fetchPages(), SETTLED_MS)
    return () => clearTimeout(timer)
  }, [])
  const page = <RouterProvider router={router} />
  return (
    <LiveEvents enabled={live} user={user}>
      {page}
    </LiveEvents>
  )
}

function ServerAway() {
  const { t } = useTranslation()
  const { retry } = useSession()
  return (
    <Gate title={t('app.name')}>
      <Notice tone="bad" title={t('away.title')}>
        {t('away.hint')}
      </Notice>
      <Button onClick={retry}>{t('action.tryAgain')}</Button>
    </Gate>
  )
}
