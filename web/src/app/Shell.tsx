import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Outlet, useLocation, useNavigate } from 'react-router'
import { JobTray } from '../features/operations/components/JobTray.tsx'
import { PatientSearch } from '../features/patients/components/PatientSearch.tsx'
import { SetUpBar } from '../features/setup/components/SetUpBar.tsx'
import { LiveSign } from './LiveSign.tsx'
import { Rail } from './Rail.tsx'
import styles from './Shell.module.css'
import { ShortcutSheet } from './ShortcutSheet.tsx'
import { useShortcuts } from './shortcuts.ts'
import { UserMenu } from './UserMenu.tsx'

/** The frame around every page: rail, search, job tray, live sign, the person's menu. */
export function Shell() {
  const { t } = useTranslation()
  const search = useRef<HTMLInputElement>(null)
  const [sheet, setSheet] = useState(false)
  const navigate = useNavigate()
  const { pathname } = useLocation()
  useShortcuts({
    search: () => search.current?.focus(),
    sheet: () => setSheet(true),
    go: (to) => void navigate(`/${to}`),
    create: () => void navigate(pathname.startsWith('/imports') ? '/imports/new' : '/patients/new'),
  })
  return (
    <div className={styles.shell}>
      <a className="skip-link" href="#main">
        {t('nav.skip')}
      </a>
      <Rail />
      <header className={styles.bar}>
        <PatientSearch inputRef={search} />
        <div className={styles.barEnd}>
          <LiveSign />
          <JobTray />
          <UserMenu onShortcuts={() => setSheet(true)} />
        </div>
      </header>
      <main id="main" className={styles.main} tabIndex={-1}>
        <SetUpBar />
        <Outlet />
      </main>
      {sheet ? <ShortcutSheet onClose={() => setSheet(false)} /> : null}
    </div>
  )
}
