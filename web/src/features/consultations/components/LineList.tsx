import { Button } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Key } from '../../../ui/Key.tsx'
import type { Doctor } from '../../doctors/api.ts'
import type { Ticket } from '../../queue/types.ts'
import styles from './Lines.module.css'

const MINUTE_MS = 60_000
/** From how many minutes on a wait is long, and too long; as on the board. */
const LONG_MIN = 30
const TOO_LONG_MIN = 60

interface LineListProps {
  title: string
  empty: string
  tickets: readonly Ticket[]
  doctors: readonly Doctor[]
  nowMs: number
  selectedId: string | null
  /** Absent where the line is only looked at. */
  onSelect?: ((id: string) => void) | undefined
  onOpen?: ((ticket: Ticket, memberId?: string) => void) | undefined
  onCall?: ((ticket: Ticket) => void) | undefined
  busyId: string | null
}

/** One of the doctor's lines. */
export function LineList({ title, empty, tickets, ...rest }: LineListProps) {
  return (
    <section className={styles.part} aria-label={title}>
      <h2>
        {title}
        <span className={styles.count}>{tickets.length}</span>
      </h2>
      {tickets.length === 0 ? <p className={styles.nobody}>{empty}</p> : null}
      <ol className={styles.line}>
        {tickets.map((ticket) => (
          <Row key={ticket.id} ticket={ticket} {...rest} />
        ))}
      </ol>
    </section>
  )
}

type RowProps = Omit<LineListProps, 'title' | 'empty' | 'tickets'> & { ticket: Ticket }

function Row({ ticket, doctors, nowMs, selectedId, onSelect, onOpen, onCall, busyId }: RowProps) {
  const { t } = useTranslation()
  const own = useRef<HTMLLIElement>(null)
  const isSelected = ticket.id === selectedId
  useEffect(() => {
    if (isSelected) own.current?.scrollIntoView({ block: 'nearest' })
  }, [isSelected])
  const isInside = ticket.status === 'in_consultation'
  const since = ticket.status === 'waiting' ? ticket.times.createdAt : ticket.times.statusAt
  const minutes = Math.max(0, Math.floor((nowMs - Date.parse(since)) / MINUTE_MS))
  const isLate = ticket.status === 'waiting' && minutes >= LONG_MIN
  const doctor = doctors.find(({ id }) => id === ticket.doctorId)
  const where = [
    onOpen === undefined || isInside ? doctor?.name : undefined,
    ticket.room === null ? undefined : t('queue.inRoom', { room: ticket.room }),
  ]
  const others = ticket.members.slice(1)
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the arrow keys of the page choose
    <li
      ref={own}
      className={styles.row}
      data-ticket={ticket.number}
      data-status={ticket.status}
      data-selected={isSelected || undefined}
      onClick={() => onSelect?.(ticket.id)}
    >
      <span className={styles.number}>{ticket.number}</span>
      <span className={styles.who}>
        <span className={styles.name}>{ticket.patient.name}</span>
        <span className={styles.more}>
          <span>{t(`queue.status.${ticket.status}`)}</span>
          {ticket.priority === 'normal' ? null : (
            <span className={styles.priority}>{t(`queue.priority.${ticket.priority}`)}</span>
          )}
          {where.filter(Boolean).map((word) => (
            <span key={word}>{word}</span>
          ))}
          {ticket.reason === null ? null : <span>{ticket.reason}</span>}
        </span>
      </span>
      <span
        className={styles.minutes}
        data-level={isLate ? (minutes >= TOO_LONG_MIN ? 'too-long' : 'long') : 'fine'}
      >
        {t('queue.minutes', { count: minutes })}
      </span>
      {onOpen === undefined ? null : (
        <span className={styles.actions}>
          {onCall === undefined || isInside ? null : (
            <Button
              size="xs"
              variant="default"
              onClick={() => onCall(ticket)}
              rightSection={isSelected ? <Key of="l" /> : null}
            >
              {t(ticket.status === 'called' ? 'queue.move.recall' : 'queue.move.call')}
            </Button>
          )}
          <Button
            size="xs"
            variant={isSelected ? 'filled' : 'default'}
            loading={busyId === ticket.id}
            onClick={() => onOpen(ticket)}
            rightSection={isSelected ? <Key of="↵" /> : null}
          >
            {t(isInside ? 'consultations.goOn' : 'consultations.claim')}
          </Button>
        </span>
      )}
      {others.length === 0 || onOpen === undefined ? null : (
        <span className={styles.members}>
          {others.map(({ id, name }) => (
            <Button key={id} size="compact-xs" variant="subtle" onClick={() => onOpen(ticket, id)}>
              {t('consultations.openMember', { name })}
            </Button>
          ))}
        </span>
      )}
    </li>
  )
}
