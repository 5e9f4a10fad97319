import { useTranslation } from 'react-i18next'
import { Navigate, NavLink, Outlet } from 'react-router'
import { useUser } from '../../app/session.tsx'
import styles from './AdminFrame.module.css'
import { ADMIN_PLACES } from './places.ts'

/** The administrators' pages, side by side: each sees those that are theirs. */
export function AdminFrame() {
  const { t } = useTranslation()
  const { permissions } = useUser()
  const places = ADMIN_PLACES.filter(({ permission }) => permissions.includes(permission))
  return (
    <>
      <nav className={styles.tabs} aria-label={t('admin.label')}>
        {places.map(({ to }) => (
          <NavLink key={to} to={`/admin/${to}`} className={styles.tab ?? ''}>
            {t(`admin.place.${to}`)}
          </NavLink>
        ))}
      </nav>
      <Outlet />
    </>
  )
}

/** Leads to the first of the administrators' pages that the person may see. */
export function FirstAdminPage() {
  const { permissions } = useUser()
  const first = ADMIN_PLACES.find(({ permission }) => permissions.includes(permission))
  return <Navigate to={first === undefined ? '/' : `/admin/${first.to}`} replace />
}
