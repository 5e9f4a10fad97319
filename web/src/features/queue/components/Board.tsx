import { useTranslation } from 'react-i18next'
import type { Doctor } from '../../doctors/api.ts'
import { STAGES, type Stage, type Ticket } from '../types.ts'
import styles from './Board.module.css'
import { TicketCard } from './TicketCard.tsx'

interface BoardProps {
  tickets: readonly Ticket[]
  doctors: readonly Doctor[]
  nowMs: number
  selectedId: string | null
  onSelect: (id: string) => void
}

/** The tickets of a column, in the order of their turn. */
export const ticketsOf = (tickets: readonly Ticket[], stage: Stage): Ticket[] => {
  const { statuses } = STAGES.find(({ name }) => name === stage) as (typeof STAGES)[number]
  return tickets.filter(({ status }) => (statuses as readonly string[]).includes(status))
}

/** The queue as it flows: a column for each stage of a visit. */
export function Board({ tickets, doctors, nowMs, selectedId, onSelect }: BoardProps) {
  const { t } = useTranslation()
  return (
    <div className={styles.board}>
      {STAGES.map(({ name }) => {
        const here = ticketsOf(tickets, name)
        return (
          <section
            key={name}
            className={styles.column}
            data-stage={name}
            aria-label={t(`queue.stage.${name}`)}
          >
            <h2 className={styles.stage} data-stage={name}>
              <span className={styles.mark} aria-hidden="true" />
              {t(`queue.stage.${name}`)}
              <span className={styles.count}>{here.length}</span>
            </h2>
            <div className={styles.cards}>
              {here.map((ticket) => (
                <TicketCard
                  key={ticket.id}
                  ticket={ticket}
                  doctor={doctors.find(({ id }) => id === ticket.doctorId)}
                  nowMs={nowMs}
                  selected={ticket.id === selectedId}
                  onSelect={() => onSelect(ticket.id)}
                />
              ))}
              {here.length === 0 ? <p className={styles.nobody}>{t('queue.nobody')}</p> : null}
            </div>
          </section>
        )
      })}
    </div>
  )
}
