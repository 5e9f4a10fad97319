import { type ReactNode, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './ui.module.css'

/** The frame of every page: its name (in the tab too), what can be done at the right, and the work below. */
export function Page({ title, side, children }: { title: string; side?: ReactNode; children: ReactNode }) {
  const { t } = useTranslation()
  useEffect(() => {
    document.title = `${title} · ${t('app.name')}`
  }, [title, t])
  return (
    <div className={styles.page}>
      <div className={styles.pageHead}>
        <h1>{title}</h1>
        {side === undefined ? null : <div className={styles.pageSide}>{side}</div>}
      </div>
      {children}
    </div>
  )
}

export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={styles.section}>
      <h2>{title}</h2>
      {children}
    </section>
  )
}
