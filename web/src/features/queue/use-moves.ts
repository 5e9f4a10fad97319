import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { errorText } from '../../lib/error-text.ts'
import { HttpError } from '../../lib/problem.ts'
import { callNext, type Move, moveTicket, queueKeys, undoMove } from './api.ts'
import { patchTicket } from './live.ts'
import type { Ticket } from './types.ts'

/** The ticket as it is, which a refused move brings along. */
function currentOf(error: unknown): Ticket | null {
  const current = error instanceof HttpError && error.status === 409 ? error.problem.current : undefined
  return current === undefined ? null : (current as Ticket)
}

/** Who moved it last, where the refusal says so. */
function moverOf(error: unknown): string | null {
  const by = error instanceof HttpError ? error.problem.changedBy : undefined
  return (by as { name: string } | null | undefined)?.name ?? null
}

type Destination = Omit<Move, 'version'>

/** The ticket as it will be once the move is through. */
const moved = (ticket: Ticket, { to, room, doctorId }: Destination): Ticket => ({
  ...ticket,
  status: to,
  room: room === undefined ? ticket.room : room,
  doctorId: doctorId === undefined ? ticket.doctorId : doctorId,
  times: { ...ticket.times, statusAt: new Date().toISOString() },
})

/**
 * The moves of the board: shown at once, taken back with a word when somebody else was quicker. Two quick presses on
 * one ticket are sent one after the other; the second is dropped when the first was refused.
 */
export function useMoves() {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const line = useRef<Promise<boolean>>(Promise.resolve(true))

  const refused = (error: unknown): void => {
    const current = currentOf(error)
    const name = moverOf(error)
    if (current !== null) patchTicket(queries, current)
    notifications.show({
      color: 'red',
      title:
        current === null
          ? undefined
          : name === null
            ? t('queue.quicker', { number: current.number })
            : t('queue.quickerWas', { number: current.number, name }),
      message:
        current === null
          ? errorText(error)
          : t('queue.nowIs', { status: t(`queue.status.${current.status}`), room: current.room ?? '' }),
      closeButtonProps: { 'aria-label': t('action.close') },
    })
  }

  /** Sends after what was sent before, with the ticket as it is by then. */
  const send = (id: string, action: (ticket: Ticket) => Promise<Ticket>): void => {
    const turn = async (before: boolean): Promise<boolean> => {
      const ticket = queries.getQueryData<readonly Ticket[]>(queueKeys.board)?.find((one) => one.id === id)
      if (!before || ticket === undefined) return true
      try {
        patchTicket(queries, await action(ticket))
        return true
      } catch (error) {
        // Only this ticket goes back: others may have moved meanwhile.
        patchTicket(queries, ticket)
        refused(error)
        return false
      }
    }
    line.current = line.current.then(turn)
  }

  const next = useMutation({
    mutationFn: ({ room, doctorId }: { room: string; doctorId: string | null }) => callNext(room, doctorId),
    onSuccess: (ticket) => {
      if (ticket === null) notifications.show({ message: t('queue.nobodyWaits') })
      else patchTicket(queries, ticket)
    },
    onError: refused,
  })

  return {
    move: (id: string, destination: Destination): void =>
      send(id, (ticket) => {
        patchTicket(queries, moved(ticket, destination))
        return moveTicket(id, { ...destination, version: ticket.version })
      }),
    undo: (id: string): void => send(id, (ticket) => undoMove(id, ticket.version)),
    /** Ends once everything that was pressed so far is answered. */
    settled: (): Promise<unknown> => line.current,
    next,
  }
}
