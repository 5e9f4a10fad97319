import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import ui from '../../../ui/ui.module.css'
import styles from './Dashboard.module.css'

interface FigureProps {
  /** What the picture shows. */
  title: string
  /** The headings of the table behind it: the first names the rows, the others are numbers. */
  heads: readonly string[]
  /** The same figures as the picture has, as text. */
  rows: readonly (readonly string[])[]
  wide?: boolean
  children: ReactNode
}

/** A picture with a title that says what it shows, and behind it the table it was drawn from. */
export function Figure({ title, heads, rows, wide = false, children }: FigureProps) {
  const { t } = useTranslation()
  return (
    <section className={styles.figure} data-wide={wide || undefined}>
      <h2>{title}</h2>
      {rows.length === 0 ? <p className={styles.nothing}>{t('dashboard.nothing')}</p> : children}
      {rows.length === 0 ? null : (
        <details className={styles.behind}>
          <summary>{t('dashboard.asTable')}</summary>
          <div className={ui.tableWrap}>
            <table className={ui.table} aria-label={title}>
              <thead>
                <tr>
                  {heads.map((head, column) => (
                    <th key={head} className={column === 0 ? '' : ui.num}>
                      {head}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {rows.map((cells) => (
                  <tr key={cells[0]}>
                    {cells.map((cell, column) => (
                      <td key={heads[column]} className={column === 0 ? '' : ui.num}>
                        {cell}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </details>
      )}
    </section>
  )
}
