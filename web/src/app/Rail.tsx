import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useLocation } from 'react-router'
import { Icon } from '../ui/icons.tsx'
import { isPlace, OPS_PLACES, PLACES, placesFor } from './places.ts'
import styles from './Shell.module.css'
import { useUser } from './session.tsx'

/** The slim rail: where one works, below it what only administrators need, and the version. */
export function Rail() {
  const { t } = useTranslation()
  const user = useUser()
  const { pathname } = useLocation()
  const rail = useRef<HTMLElement>(null)
  const places = placesFor(PLACES, user)
  const current = places.find((place) => isPlace(place, pathname))?.to
  // On a phone, or with few lines, the rail is longer than the window: where one is stays in sight.
  useEffect(() => {
    if (current !== undefined)
      rail.current
        ?.querySelector('[aria-current=page]')
        ?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [current])
  return (
    <nav ref={rail} className={styles.rail} aria-label={t('nav.label')}>
      <div className={styles.brand}>
        <img src="/favicon.svg" width={28} height={28} alt={t('app.name')} />
      </div>
      <div className={styles.railPlaces}>
        {places.map((place) => (
          <Link
            key={place.to}
            to={place.to}
            className={styles.railLink ?? ''}
            aria-current={place.to === current ? 'page' : undefined}
          >
            <Icon name={place.icon} size={20} />
            {t(place.label)}
          </Link>
        ))}
      </div>
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
