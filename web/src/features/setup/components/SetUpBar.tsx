import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useLocation } from 'react-router'
import { useUser } from '../../../app/session.tsx'
import { keep, kept } from '../../../lib/keep.ts'
import { partsOf, useSettings } from '../api.ts'
import styles from './SetUp.module.css'

const LATER = 'setup.later'

/** Leads administrators to the set-up until it is finished, or until they say "not now" for this day at this machine. */
export function SetUpBar() {
  const { t } = useTranslation()
  const { pathname } = useLocation()
  const mayWrite = useUser().permissions.includes('settings.write')
  const [later, setLater] = useState(() => kept(LATER) !== null)
  const isShown = mayWrite && !later && !pathname.startsWith('/setup')
  const parts = partsOf(useSettings(isShown).data)
  if (!isShown || parts === undefined || parts.includes('finished')) return null
  return (
    <aside className={styles.bar} aria-label={t('setup.title')}>
      <span>{t('setup.unfinished')}</span>
      <Button component={Link} to="/setup" size="compact-sm" variant="default">
        {t('setup.continue')}
      </Button>
      <Button
        size="compact-sm"
        variant="subtle"
        onClick={() => {
          keep(LATER, true)
          setLater(true)
        }}
      >
        {t('setup.later')}
      </Button>
    </aside>
  )
}
