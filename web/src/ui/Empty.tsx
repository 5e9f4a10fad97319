import type { ReactNode } from 'react'
import styles from './ui.module.css'

/** A list with nothing in it: says so, and what to do about it. */
export function Empty({
  title,
  children,
  action,
}: {
  title: string
  children?: ReactNode
  action?: ReactNode
}) {
  return (
    <div className={styles.empty}>
      <strong>{title}</strong>
      {children}
      {action === undefined ? null : <div>{action}</div>}
    </div>
  )
}
