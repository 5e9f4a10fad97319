import { Autocomplete, Button, Group, Select, Textarea } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Dialog } from '../../../ui/Dialog.tsx'
import type { Doctor } from '../../doctors/api.ts'
import type { Action } from '../moves.ts'
import { roomsOf } from '../rooms.ts'
import type { Ticket } from '../types.ts'

/** What a dialog adds to a move. */
export interface Destination {
  doctorId?: string | null
  room?: string | null
  reason?: string
}

interface MoveDialogProps {
  ticket: Ticket
  action: Action
  doctors: readonly Doctor[]
  onDone: (destination: Destination) => void
  onClose: () => void
}

/** The value of "whoever is free"; no id looks like it. */
const ANYBODY = 'any'

/** Asks where a ticket is to go, or why it is taken off. */
export function MoveDialog({ ticket, action, doctors, onDone, onClose }: MoveDialogProps) {
  const { t } = useTranslation()
  const [doctorId, setDoctorId] = useState(ticket.doctorId ?? ANYBODY)
  const [room, setRoom] = useState('')
  const [reason, setReason] = useState('')
  const transfer = action.asks === 'transfer'
  const destination: Destination = {
    ...(transfer && doctorId !== (ticket.doctorId ?? ANYBODY)
      ? { doctorId: doctorId === ANYBODY ? null : doctorId }
      : {}),
    ...(transfer && room.trim() !== '' ? { room: room.trim() } : {}),
    ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
  }
  const ready = !transfer || 'doctorId' in destination || 'room' in destination
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (ready) onDone(destination)
  }
  return (
    <Dialog onClose={onClose} title={t(`queue.ask.${action.name}`, { number: ticket.number })}>
      <form onSubmit={submit} style={{ display: 'grid', gap: 14 }}>
        {transfer ? (
          <>
            <Select
              data-autofocus
              label={t('queue.doctor')}
              allowDeselect={false}
              data={[
                { value: ANYBODY, label: t('queue.anyDoctor') },
                ...doctors.map(({ id, name }) => ({ value: id, label: name })),
              ]}
              value={doctorId}
              onChange={(value) => setDoctorId(value ?? ANYBODY)}
            />
            <Autocomplete label={t('queue.room')} data={roomsOf(doctors)} value={room} onChange={setRoom} />
          </>
        ) : null}
        <Textarea
          label={t('queue.moveReason')}
          autosize
          minRows={2}
          maxLength={200}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          {...(transfer ? {} : { 'data-autofocus': true })}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('queue.back')}
          </Button>
          <Button type="submit" disabled={!ready} color={action.name === 'cancel' ? 'red' : 'brand'}>
            {t(`queue.move.${action.name}`)}
          </Button>
        </Group>
      </form>
    </Dialog>
  )
}
