import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '../../../ui/icons.tsx'
import type { Doctor } from '../../doctors/api.ts'
import { type Acknowledgement, ackKey } from '../live.ts'
import type { Ticket } from '../types.ts'
import styles from './Board.module.css'

/** How long what screens said of a call is remembered after its ticket has left the board, ms. */
const HEARD_MS = 60_000
/** From how many minutes on a wait is long, and too long. */
const LONG_MIN = 30
const TOO_LONG_MIN = 60
const MINUTE_MS = 60_000

interface TicketCardProps {
  ticket: Ticket
  doctor: Doctor | undefined
  nowMs: number
  selected: boolean
  onSelect: () => void
}

/** One place in the queue: number, who, for how long, where. */
export function TicketCard({ ticket, doctor, nowMs, selected, onSelect }: TicketCardProps) {
  const { t } = useTranslation()
  const card = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    // Follows the hand (arrow keys), never the news: an arriving ticket does not scroll the board.
    if (selected) card.current?.scrollIntoView({ block: 'nearest' })
  }, [selected])
  const room = ticket.room === null ? undefined : t('queue.inRoom', { room: ticket.room })
  return (
    <button
      ref={card}
      type="button"
      className={styles.card}
      data-status={ticket.status}
      data-ticket={ticket.number}
      aria-pressed={selected}
      onClick={onSelect}
    >
      <span className={styles.number}>{ticket.number}</span>
      <Minutes ticket={ticket} nowMs={nowMs} />
      <span className={styles.who}>
        {ticket.patient.name}
        {ticket.members.length > 1 ? ` +${ticket.members.length - 1}` : ''}
      </span>
      <span className={styles.where}>
        {ticket.priority === 'normal' ? null : (
          <span className={styles.priority} data-priority={ticket.priority}>
            {t(`queue.priority.${ticket.priority}`)}
          </span>
        )}
        {ticket.status === 'no_show' || ticket.status === 'on_hold' ? (
          <span>{t(`queue.status.${ticket.status}`)}</span>
        ) : null}
        {doctor === undefined && room !== undefined ? null : (
          <span>{doctor?.name ?? t('queue.anyDoctor')}</span>
        )}
        {room === undefined ? null : <span>{room}</span>}
        {ticket.status === 'called' && ticket.callId !== null ? <Heard callId={ticket.callId} /> : null}
      </span>
      {ticket.reason === null ? null : <span className={styles.reason}>{ticket.reason}</span>}
    </button>
  )
}

/** Minutes in the present state; while waiting, coloured and worded from the thresholds on. */
function Minutes({ ticket, nowMs }: { ticket: Ticket; nowMs: number }) {
  const { t } = useTranslation()
  const since = ticket.status === 'waiting' ? ticket.times.createdAt : ticket.times.statusAt
  const count = Math.max(0, Math.floor((nowMs - Date.parse(since)) / MINUTE_MS))
  const level =
    ticket.status !== 'waiting' || count < LONG_MIN ? 'fine' : count < TOO_LONG_MIN ? 'long' : 'too-long'
  return (
    <span className={styles.minutes} data-level={level}>
      {t('queue.minutes', { count })}
    </span>
  )
}

/** Whether a screen of the waiting room showed and spoke the call. */
function Heard({ callId }: { callId: string }) {
  const { t } = useTranslation()
  const { data } = useQuery<Acknowledgement | null>({
    queryKey: ackKey(callId),
    queryFn: () => null,
    initialData: null,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: HEARD_MS,
  })
  if (data === null) return null
  return (
    <span className={styles.heard} title={data.display}>
      <Icon name="check" size={14} />
      {t(data.spokenAt === null ? 'queue.shown' : 'queue.spoken')}
    </span>
  )
}
