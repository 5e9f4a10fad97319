import { useTranslation } from 'react-i18next'
import { NavLink } from 'react-router'
import { Icon } from '../ui/icons.tsx'
import { OPS_PLACES, PLACES, placesFor } from './places.ts'
import styles from './Shell.module.css'
import { useUser } from './session.tsx'

/** The slim rail: where one works, below it what only administrators need, and the version. */
export function Rail() {
  const { t } = useTranslation()
  const user = useUser()
  return (
    <nav className={styles.rail} aria-label={t('nav.label')}>
      <div className={styles.brand}>
        <img src="/favicon.svg" width={28} height={28} alt={t('app.name')} />
      </div>
      {placesFor(PLACES, user).map((place) => (
        <NavLink key={place.to} to={place.to} className={styles.railLink ?? ''}>
          <Icon name={place.icon} size={20} />
          {t(place.label)}
        </NavLink>
      ))}
      <div className={styles.railFoot}>
        {placesFor(OPS_PLACES, user).map((place) => (
          <a key={place.to} href={place.to} className={styles.railLink} target="_blank" rel="noreferrer">
            <Icon name={place.icon} size={20} />
            {t(place.label)}
          </a>
        ))}
        <footer className={styles.version}>{t('app.version', { version: __APP_VERSION__ })}</footer>
      </div>
    </nav>
  )
}
