import { type ReactNode, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './ui.module.css'

interface PageProps {
  title: string
  side?: ReactNode
  /** Uses the whole window, for boards. */
  wide?: boolean
  children: ReactNode
}

/** The frame of every page: its name (in the tab too), what can be done at the right, and the work below. */
export function Page({ title, side, wide = false, children }: PageProps) {
  const { t } = useTranslation()
  useEffect(() => {
    document.title = `${title} · ${t('app.name')}`
  }, [title, t])
  return (
    <div className={styles.page} data-wide={wide || undefined}>
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
