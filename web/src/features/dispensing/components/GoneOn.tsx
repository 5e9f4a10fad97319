import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { fetchEnded, queueKeys } from '../../queue/api.ts'
import { readBoard } from '../../queue/live.ts'
import styles from './Dispensary.module.css'

/** Who has gone on from here today: something of it may come back, or its label be wanted again. */
export function GoneOn({ onChoose }: { onChoose: (visitId: string) => void }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const board = useQuery({
    queryKey: queueKeys.board,
    queryFn: ({ signal }) => readBoard(signal),
    enabled: open,
    staleTime: 0,
  })
  const ended = useQuery({
    queryKey: queueKeys.ended,
    queryFn: ({ signal }) => fetchEnded(signal),
    enabled: open,
    staleTime: 0,
  })
  const paying = (board.data ?? []).filter(({ status }) => status === 'payment')
  const done = (ended.data ?? []).filter(({ status }) => status === 'completed')
  const tickets = [...paying, ...done].toSorted((a, b) => b.times.statusAt.localeCompare(a.times.statusAt))
  return (
    <details className={styles.gone} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t('dispensing.goneOn')}</summary>
      <ErrorNotice error={board.error ?? ended.error} />
      {open && board.isSuccess && ended.isSuccess && tickets.length === 0 ? (
        <p className={styles.nobody}>{t('dispensing.nobody')}</p>
      ) : null}
      <ul className={styles.visits}>
        {tickets.map((ticket) => (
          <li key={ticket.id}>
            <button type="button" className={styles.visit} data-away onClick={() => onChoose(ticket.visitId)}>
              <span className={styles.number}>{ticket.number}</span>
              <span className={styles.who}>{ticket.patient.name}</span>
              <span className={styles.dim}>
                {t(ticket.status === 'payment' ? 'dispensing.atPayment' : 'dispensing.left')}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </details>
  )
}
