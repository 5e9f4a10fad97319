import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useUser } from '../../app/session.tsx'
import { useKept } from '../../lib/use-kept.ts'
import { type Doctor, doctorKeys, useDoctors } from '../doctors/api.ts'
import { queueKeys } from '../queue/api.ts'
import { readBoard } from '../queue/live.ts'

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
    queryFn: ({ signal }) => readBoard(signal),
    staleTime: 0,
  })
  return useKept('queue.board', query)
}
