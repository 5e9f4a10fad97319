import { type KeyboardEvent, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { formatCount } from '../../../lib/format.ts'
import { useNow } from '../../../lib/use-now.ts'
import { useDoctors } from '../../doctors/api.ts'
import type { Ticket } from '../../queue/types.ts'
import styles from './Desk.module.css'

const MINUTE_MS = 60_000
const STAGES = ['payment', 'dispensing'] as const

/** Since when a ticket is where it is, the longest first. */
const byPatience = (a: Ticket, b: Ticket): number =>
  Date.parse(a.times.statusAt) - Date.parse(b.times.statusAt) || Number(a.id) - Number(b.id)

/** Who waits to pay, then who is at the dispensary still; arrows move from one to the next, Enter opens the bill. */
export function WaitingList({ tickets }: { tickets: readonly Ticket[] }) {
  const { t } = useTranslation()
  const list = useRef<HTMLDivElement>(null)
  const step = (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
    event.preventDefault()
    const links = [...(list.current?.querySelectorAll('a') ?? [])]
    const at = links.indexOf(document.activeElement as HTMLAnchorElement)
    links[Math.min(Math.max(at + (event.key === 'ArrowDown' ? 1 : -1), 0), links.length - 1)]?.focus()
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the links inside are what is used; this only moves between them
    <div ref={list} onKeyDown={step}>
      {STAGES.map((stage) => {
        const here = tickets.filter(({ status }) => status === stage).toSorted(byPatience)
        return (
          <section key={stage} aria-label={t(`billing.stage.${stage}`)}>
            <h2 className={styles.stage} data-stage={stage}>
              <span className={styles.mark} />
              {t(`billing.stage.${stage}`)}
              <span className={styles.count}>{formatCount(here.length)}</span>
            </h2>
            {here.length === 0 ? (
              <p className={styles.nobody}>{t(`billing.nobody.${stage}`)}</p>
            ) : (
              <ul className={styles.people}>
                {here.map((ticket, index) => (
                  <Person key={ticket.id} ticket={ticket} first={stage === 'payment' && index === 0} />
                ))}
              </ul>
            )}
          </section>
        )
      })}
    </div>
  )
}

function Person({ ticket, first }: { ticket: Ticket; first: boolean }) {
  const { t } = useTranslation()
  const nowMs = useNow()
  const doctors = useDoctors()
  const doctor = doctors.find(({ id }) => id === ticket.doctorId)
  const count = Math.max(0, Math.floor((nowMs - Date.parse(ticket.times.statusAt)) / MINUTE_MS))
  const more = ticket.members.length > 1 ? ` +${ticket.members.length - 1}` : ''
  return (
    <li>
      <Link
        className={styles.person}
        data-stage={ticket.status}
        to={`/cashier/${ticket.visitId}`}
        data-ticket={ticket.number}
        {...(first ? { 'data-first': true } : {})}
      >
        <span className={styles.number}>{ticket.number}</span>
        <span className={styles.who}>
          {ticket.patient.name}
          {more}
          {doctor === undefined ? null : <span className={styles.dim}> · {doctor.name}</span>}
        </span>
        <span className={styles.dim}>{t('queue.minutes', { count })}</span>
      </Link>
    </li>
  )
}
