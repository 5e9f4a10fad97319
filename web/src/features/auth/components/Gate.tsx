import { type ReactNode, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import styles from '../pages/SignIn.module.css'

/** The calm page around what stands before the system: sign-in, first password, server away. */
export function Gate({ title, children, foot }: { title: string; children: ReactNode; foot?: ReactNode }) {
  const { t } = useTranslation()
  useEffect(() => {
    const before = document.title
    document.title = `${title} · ${t('app.name')}`
    return () => {
      document.title = before
    }
  }, [title, t])
  return (
    <main className={styles.ground}>
      <div className={styles.card}>
        <div className={styles.brand}>
          <img src="/favicon.svg" width={36} height={36} alt="" />
          <h1>{title}</h1>
        </div>
        {children}
        {foot === undefined ? null : <div className={styles.foot}>{foot}</div>}
      </div>
    </main>
  )
}
