import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useUser } from '../../app/session.tsx'
import { useKept } from '../../lib/use-kept.ts'
import { type Doctor, doctorKeys, useDoctors } from '../doctors/api.ts'
import { fetchBoard, queueKeys } from '../queue/api.ts'
import { inTurn } from '../queue/live.ts'
import type { Ticket } from '../queue/types.ts'

/** Who the signed-in person is as a doctor: null for everybody else, undefined until it is known. */
export function useMyDoctor(): Doctor | null | undefined {
  const user = useUser()
  const doctors = useDoctors()
  const queries = useQueryClient()
  const state = queries.getQueryState(doctorKeys.all)
  if (state === undefined || state.status === 'pending') return undefined
  return doctors.find(({ userId, active }) => userId === user.id && active) ?? null
}

/** Everybody who is in the house; events of the queue keep it fresh. */
export function useBoard() {
  const query = useQuery({
    queryKey: queueKeys.board,
    queryFn: ({ signal }): Promise<readonly Ticket[]> =>
      fetchBoard(signal).then((tickets) => tickets.toSorted(inTurn)),
    staleTime: 0,
  })
  return { ...useKept('queue.board', query), refetch: () => void query.refetch() }
}
