import styles from './Dashboard.module.css'

export interface Bar {
  key: string
  name: string
  /** How long the bar is; below nothing counts as nothing. */
  value: number
  /** What the bar says. */
  shown: string
  /** A colour of the theme by the name of its variable, where the bar stands for a state. */
  colour?: string
}

/** Lying bars with their names, for what is compared by kind. */
export function Bars({ bars }: { bars: readonly Bar[] }) {
  const most = Math.max(...bars.map(({ value }) => value), 0)
  return (
    <ul className={styles.bars}>
      {bars.map(({ key, name, value, shown, colour }) => (
        <li key={key}>
          <span className={styles.barName}>{name}</span>
          <span className={styles.barTrack} aria-hidden="true">
            <span
              style={{
                width: most === 0 ? 0 : `${(Math.max(0, value) / most) * 100}%`,
                ...(colour === undefined ? {} : { background: `var(${colour})` }),
              }}
            />
          </span>
          <span className={styles.barShown}>{shown}</span>
        </li>
      ))}
    </ul>
  )
}

interface ColumnsProps {
  columns: readonly { key: string; label: string; value: number; shown: string; marked?: boolean }[]
}

/** Standing bars, for what is counted by the hour. */
export function Columns({ columns }: ColumnsProps) {
  const most = Math.max(...columns.map(({ value }) => value), 1)
  return (
    <div className={styles.columns} aria-hidden="true">
      {columns.map(({ key, label, value, shown, marked = false }) => (
        <div key={key} data-marked={marked || undefined}>
          <span className={styles.columnShown}>{value === 0 ? '' : shown}</span>
          <span className={styles.column} style={{ height: `${(Math.max(0, value) / most) * 100}px` }} />
          <span className={styles.columnLabel}>{label}</span>
        </div>
      ))}
    </div>
  )
}
