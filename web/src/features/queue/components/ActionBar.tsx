import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { Key } from '../../../ui/Key.tsx'
import { type Action, actionsOf, mayUndo } from '../moves.ts'
import type { Ticket } from '../types.ts'
import styles from './ActionBar.module.css'

interface ActionBarProps {
  ticket: Ticket
  nowMs: number
  onAct: (action: Action) => void
  onUndo: () => void
  onSlip: () => void
  onClose: () => void
}

/** What can be done with the chosen ticket, each with its key; the bar stays in one place while tickets move. */
export function ActionBar({ ticket, nowMs, onAct, onUndo, onSlip, onClose }: ActionBarProps) {
  const { t } = useTranslation()
  return (
    <div className={styles.bar} role="toolbar" aria-label={t('queue.actionsFor', { number: ticket.number })}>
      <span className={styles.number}>{ticket.number}</span>
      <Link className={styles.name} to={`/patients/${ticket.patient.id}`}>
        {ticket.patient.name}
      </Link>
      <div className={styles.actions}>
        {actionsOf(ticket).map((action, index) => (
          <Button
            key={action.name}
            size="xs"
            variant={index === 0 ? 'filled' : 'default'}
            onClick={() => onAct(action)}
            rightSection={<Key of={action.key} />}
          >
            {t(`queue.move.${action.name}`)}
          </Button>
        ))}
        {mayUndo(ticket, nowMs) ? (
          <Button size="xs" variant="subtle" onClick={onUndo} rightSection={<Key of="u" />}>
            {t('queue.undo')}
          </Button>
        ) : null}
        <Button size="xs" variant="subtle" onClick={onSlip}>
          {t('queue.slip')}
        </Button>
        <Button size="xs" variant="subtle" onClick={onClose} rightSection={<Key of="Esc" />}>
          {t('action.close')}
        </Button>
      </div>
    </div>
  )
}
