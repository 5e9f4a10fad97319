import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
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

/** The moves of the board: shown at once, taken back with a word when somebody else was quicker. */
export function useMoves() {
  const { t } = useTranslation()
  const queries = useQueryClient()

  const refused = (error: unknown): void => {
    const current = currentOf(error)
    if (current !== null) patchTicket(queries, current)
    notifications.show({
      color: 'red',
      title: current === null ? undefined : t('queue.quicker', { number: current.number }),
      message:
        current === null
          ? errorText(error)
          : t('queue.nowIs', { status: t(`queue.status.${current.status}`), room: current.room ?? '' }),
      closeButtonProps: { 'aria-label': t('action.close') },
    })
  }

  const move = useMutation({
    mutationFn: ({ ticket, ...to }: Omit<Move, 'version'> & { ticket: Ticket }) =>
      moveTicket(ticket.id, { ...to, version: ticket.version }),
    onMutate: ({ ticket, to, room, doctorId }) => {
      const before = queries.getQueryData<readonly Ticket[]>(queueKeys.board)
      patchTicket(queries, {
        ...ticket,
        status: to,
        room: room === undefined ? ticket.room : room,
        doctorId: doctorId === undefined ? ticket.doctorId : doctorId,
        times: { ...ticket.times, statusAt: new Date().toISOString() },
      })
      return before
    },
    onSuccess: (ticket) => patchTicket(queries, ticket),
    onError: (error, { ticket }, before) => {
      // Only this ticket goes back: others may have moved meanwhile.
      const was = before?.find(({ id }) => id === ticket.id)
      if (was !== undefined) patchTicket(queries, was)
      refused(error)
    },
  })

  const undo = useMutation({
    mutationFn: (ticket: Ticket) => undoMove(ticket.id, ticket.version),
    onSuccess: (ticket) => patchTicket(queries, ticket),
    onError: refused,
  })

  const next = useMutation({
    mutationFn: ({ room, doctorId }: { room: string; doctorId: string | null }) => callNext(room, doctorId),
    onSuccess: (ticket) => {
      if (ticket === null) notifications.show({ message: t('queue.nobodyWaits') })
      else patchTicket(queries, ticket)
    },
    onError: refused,
  })

  return { move, undo, next, busy: move.isPending || undo.isPending || next.isPending }
}
