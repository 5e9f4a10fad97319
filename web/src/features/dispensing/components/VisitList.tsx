import { useTranslation } from 'react-i18next'
import { formatCount } from '../../../lib/format.ts'
import { useNow } from '../../../lib/use-now.ts'
import type { VisitGroup } from '../groups.ts'
import styles from './Dispensary.module.css'

const MINUTE_MS = 60_000

interface VisitListProps {
  stage: 'here' | 'elsewhere'
  groups: readonly VisitGroup[]
  chosen: string | null
  /** Visits of which something is not there. */
  short: ReadonlySet<string>
  onChoose: (visitId: string) => void
}

/** The visits that wait for medicines at one place. */
export function VisitList({ stage, groups, chosen, short, onChoose }: VisitListProps) {
  const { t } = useTranslation()
  const away = stage === 'elsewhere' || undefined
  return (
    <section aria-label={t(`dispensing.stage.${stage}`)}>
      <h2 className={styles.stage}>
        <span className={styles.mark} data-away={away} />
        {t(`dispensing.stage.${stage}`)}
        <span className={styles.count}>{formatCount(groups.length)}</span>
      </h2>
      {groups.length === 0 ? (
        <p className={styles.nobody}>{t('dispensing.nobody')}</p>
      ) : (
        <ul className={styles.visits}>
          {groups.map((group) => (
            <li key={group.visitId}>
              <button
                type="button"
                className={styles.visit}
                data-visit={group.visitId}
                data-away={away}
                aria-current={group.visitId === chosen}
                onClick={() => onChoose(group.visitId)}
              >
                <Visit group={group} short={short.has(group.visitId)} />
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function Visit({ group, short }: { group: VisitGroup; short: boolean }) {
  const { t } = useTranslation()
  const nowMs = useNow()
  const { lines, patient, ticket } = group
  const prepared = lines.filter(({ status }) => status === 'prepared').length
  const sinceMs = Date.parse(lines[0]?.times.orderedAt ?? '')
  const minutes = Number.isNaN(sinceMs) ? null : Math.max(0, Math.floor((nowMs - sinceMs) / MINUTE_MS))
  return (
    <>
      <span className={styles.number}>{ticket?.number ?? '–'}</span>
      <span style={{ minWidth: 0 }}>
        <span className={styles.who}>{patient.name}</span>
        <span className={styles.dim}>
          {prepared === 0
            ? t('dispensing.toPrepare', { count: lines.length })
            : t('dispensing.preparedOf', { prepared, count: lines.length })}
        </span>
        {short ? <span className={styles.short}> · {t('dispensing.short')}</span> : null}
      </span>
      <span className={styles.dim}>
        {minutes === null || minutes >= DAY_MINUTES ? null : t('queue.minutes', { count: minutes })}
      </span>
    </>
  )
}

const DAY_MINUTES = 24 * 60
