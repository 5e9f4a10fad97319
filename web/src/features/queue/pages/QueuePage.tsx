import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useUser } from '../../../app/session.tsx'
import { useKept } from '../../../lib/use-kept.ts'
import { useNow } from '../../../lib/use-now.ts'
import { Icon } from '../../../ui/icons.tsx'
import { Loading } from '../../../ui/Loading.tsx'
import { AsOf, ErrorNotice } from '../../../ui/Notice.tsx'
import { Page } from '../../../ui/Page.tsx'
import { useDoctors } from '../../doctors/api.ts'
import { queueKeys } from '../api.ts'
import { ActionBar } from '../components/ActionBar.tsx'
import { Board, ticketsOf } from '../components/Board.tsx'
import { CallBar } from '../components/CallBar.tsx'
import { FlowStrip } from '../components/FlowStrip.tsx'
import { type Destination, MoveDialog } from '../components/MoveDialog.tsx'
import { SlipDialog } from '../components/SlipDialog.tsx'
import { readBoard } from '../live.ts'
import type { Action } from '../moves.ts'
import { STAGES, type Ticket } from '../types.ts'
import { useBoardKeys } from '../use-board-keys.ts'
import { useMoves } from '../use-moves.ts'
import { useRoom } from '../use-room.ts'

/** The queue of today: everybody who is in the house, by stage, and one key for every move. */
export function QueuePage() {
  const { t } = useTranslation()
  const mayMove = useUser().permissions.includes('queue.write')
  const doctors = useDoctors()
  const nowMs = useNow()
  const [room, setRoom] = useRoom()
  const [doctorId, setDoctorId] = useState<string | null>(null)
  const [selectedId, setSelectedId] = useState<string | null>(null)
  const [asking, setAsking] = useState<Action | null>(null)
  const [slipFor, setSlipFor] = useState<Ticket | null>(null)
  const { move, undo, next } = useMoves()
  const query = useQuery({
    queryKey: queueKeys.board,
    queryFn: ({ signal }) => readBoard(signal),
    staleTime: 0,
  })
  const shown = useKept('queue.board', query)
  const mine = (ticket: Ticket): boolean =>
    doctorId === null || ticket.doctorId === null || ticket.doctorId === doctorId
  const tickets = (shown.data ?? []).filter(mine)
  const selected = tickets.find(({ id }) => id === selectedId) ?? null

  const send = (action: Action, destination: Destination = {}): void => {
    if (selected === null) return
    setAsking(null)
    // Called to the room of this machine; who sits elsewhere says so in the bar.
    const toRoom = action.name === 'call' && room.trim() !== '' ? { room: room.trim() } : {}
    move(selected.id, { to: action.to, ...toRoom, ...destination })
  }
  const act = (action: Action): void => {
    if (!mayMove) return
    if (action.asks === undefined) send(action)
    else setAsking(action)
  }
  const takeBack = (): void => {
    if (mayMove && selected !== null) undo(selected.id)
  }
  const callNext = (): void => {
    if (!mayMove || next.isPending || room.trim() === '') return
    next.mutate(
      { room: room.trim(), doctorId },
      { onSuccess: (ticket) => setSelectedId(ticket?.id ?? selectedId) },
    )
  }
  const step = (by: 1 | -1): void => {
    const line = STAGES.flatMap(({ name }) => ticketsOf(tickets, name))
    const at = line.findIndex(({ id }) => id === selectedId)
    setSelectedId(line[Math.min(Math.max(at + by, 0), line.length - 1)]?.id ?? null)
  }
  useBoardKeys({ ticket: selected, act, undo: takeBack, callNext, close: () => setSelectedId(null), step })

  return (
    <Page
      wide
      title={t('queue.title')}
      side={
        <>
          <AsOf atMs={shown.asOfMs} />
          {mayMove ? (
            <>
              <CallBar
                doctors={doctors}
                room={room}
                onRoom={setRoom}
                doctorId={doctorId}
                onDoctor={setDoctorId}
                busy={next.isPending}
                onCallNext={callNext}
              />
              <Button component={Link} to="/patients/new" variant="default" leftSection={<Icon name="add" />}>
                {t('patients.register')}
              </Button>
            </>
          ) : null}
        </>
      }
    >
      <ErrorNotice error={shown.error} onRetry={() => void query.refetch()} />
      <FlowStrip />
      {shown.isPending ? <Loading rows={8} /> : null}
      {shown.data === undefined ? null : (
        <Board
          tickets={tickets}
          doctors={doctors}
          nowMs={nowMs}
          selectedId={selectedId}
          onSelect={(id) => setSelectedId(id === selectedId ? null : id)}
        />
      )}
      {selected !== null && mayMove ? (
        <ActionBar
          ticket={selected}
          nowMs={nowMs}
          onAct={act}
          onUndo={takeBack}
          onSlip={() => setSlipFor(selected)}
          onClose={() => setSelectedId(null)}
        />
      ) : null}
      {asking !== null && selected !== null ? (
        <MoveDialog
          ticket={selected}
          action={asking}
          doctors={doctors}
          onDone={(destination) => send(asking, destination)}
          onClose={() => setAsking(null)}
        />
      ) : null}
      {slipFor === null ? null : <SlipDialog ticket={slipFor} onClose={() => setSlipFor(null)} />}
    </Page>
  )
}
