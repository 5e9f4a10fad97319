import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from 'react-router'
import { HttpError } from '../../lib/problem.ts'
import { patchTicket } from '../queue/live.ts'
import type { Ticket } from '../queue/types.ts'
import { consultationKeys, fetchHistory, startConsultation } from './api.ts'
import type { Consultation, StartInput } from './types.ts'

/** Whose visit is opened: the ticket's, or that of one of those who came together. */
export interface Claim {
  ticket: Ticket
  memberId?: string
  room: string
}

/** The visit of one of a group; only the first one's stands on the ticket. */
async function visitOf({ ticket, memberId }: Claim): Promise<StartInput> {
  if (memberId === undefined || memberId === ticket.patient.id) return { ticketId: ticket.id }
  const { data } = await fetchHistory(memberId, null)
  const visit = data.find((one) => one.ticket?.id === ticket.id)
  return visit === undefined ? { ticketId: ticket.id } : { visitId: visit.visitId }
}

/** Who was quicker, where the server says so. */
export function holderOf(error: unknown): string | null {
  if (!(error instanceof HttpError) || error.status !== 409) return null
  return (error.problem.heldBy as { name: string } | null | undefined)?.name ?? null
}

/**
 * Opens a visit as its doctor and goes there; who was quicker is told by {@link holderOf}. It waits for `settled`, the
 * doctor's own moves that are under way: a call that came in behind the opening would be told as somebody else's.
 */
export function useClaim(settled: () => Promise<unknown>) {
  const queries = useQueryClient()
  const navigate = useNavigate()
  return useMutation<Consultation, Error, Claim>({
    mutationFn: async (claim) => {
      await settled()
      const which = await visitOf(claim)
      const room = claim.room.trim()
      return startConsultation(room === '' ? which : { ...which, room })
    },
    onSuccess: (opened) => {
      queries.setQueryData(consultationKeys.one(opened.id), opened)
      void navigate(`/consult/${opened.id}`)
    },
    onError: (error) => {
      const current = error instanceof HttpError ? (error.problem.current as Ticket | undefined) : undefined
      // Where the ticket itself was in the way, the board learns how it stands.
      if (current?.number !== undefined) patchTicket(queries, current)
    },
  })
}
