import { useTranslation } from 'react-i18next'
import { NavLink } from 'react-router'
import { useUser } from '../../../app/session.tsx'
import styles from '../../admin/AdminFrame.module.css'
import type { Permission } from '../../auth/types.ts'

/** The pages of the cash desk, and the permission that shows each; the server decides in any case. */
const PLACES: readonly { to: string; label: string; permission: Permission }[] = [
  { to: '/cashier', label: 'billing.tab.desk', permission: 'payments.view' },
  { to: '/payments', label: 'billing.tab.payments', permission: 'payments.view' },
  { to: '/shifts', label: 'billing.tab.shifts', permission: 'shifts.view' },
  { to: '/panels', label: 'billing.tab.panels', permission: 'panels.view' },
]

/** Leads from one page of the cash desk to the others. */
export function CashTabs() {
  const { t } = useTranslation()
  const { permissions } = useUser()
  return (
    <nav className={styles.tabs} aria-label={t('billing.tabs')}>
      {PLACES.filter(({ permission }) => permissions.includes(permission)).map(({ to, label }) => (
        <NavLink key={to} to={to} className={styles.tab ?? ''}>
          {t(label)}
        </NavLink>
      ))}
    </nav>
  )
}
