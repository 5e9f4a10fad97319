import { formatClock } from '../../../lib/format.ts'
import { inAll } from '../texts.ts'
import type { Screen, Spoken } from '../types.ts'
import styles from './Display.module.css'

/** The board as it is read from eight metres: the latest call large, those before it small, the next numbers. */
export function CallBoard({
  screen,
  nowMs,
  languages,
}: {
  screen: Screen
  nowMs: number
  languages: readonly Spoken[]
}) {
  const called = screen.calls.filter(({ state }) => state === 'called')
  const [latest, ...earlier] = [...called, ...screen.calls.filter(({ state }) => state === 'inside')]
  return (
    <>
      <header className={styles.head}>
        <span>{screen.clinicName}</span>
        <time>{formatClock(nowMs)}</time>
      </header>
      <section className={styles.latest} aria-live="assertive">
        {latest === undefined ? (
          <div className={styles.welcome}>{inAll(languages, 'welcome')}</div>
        ) : (
          <>
            <div className={styles.caption}>{inAll(languages, 'nowServing')}</div>
            <div key={latest.callId} className={styles.big}>
              <span className={styles.bigNumber}>{latest.number}</span>
              {latest.room === null ? null : (
                <>
                  <span className={styles.arrow} aria-hidden="true">
                    →
                  </span>
                  <span className={styles.bigRoom}>
                    <small>{inAll(languages, 'room')}</small>
                    {latest.room}
                  </span>
                </>
              )}
            </div>
            {latest.name === null ? null : <div className={styles.name}>{latest.name}</div>}
          </>
        )}
      </section>
      <ul className={styles.earlier}>
        {earlier.map((call) => (
          <li key={call.number}>
            <strong>{call.number}</strong>
            {call.room === null ? null : <span>{`→ ${call.room}`}</span>}
          </li>
        ))}
      </ul>
      {screen.waiting.length === 0 ? null : (
        <footer className={styles.next}>
          <span>{inAll(languages, 'next')}</span>
          {screen.waiting.map((number) => (
            <b key={number}>{number}</b>
          ))}
        </footer>
      )}
    </>
  )
}
