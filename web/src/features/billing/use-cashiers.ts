import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useUser } from '../../app/session.tsx'
import { fetchSummary, shiftKeys } from '../shifts/api.ts'
import type { Payment } from './types.ts'

interface Cashier {
  id: string
  name: string
}

/**
 * Who can be picked as the cashier of payments: oneself and whoever was met in the list; whoever runs the clinic is
 * told everybody who took money on the day.
 */
export function useCashiers(day: string, payments: readonly Payment[]): readonly Cashier[] {
  const me = useUser()
  const seesAll = me.permissions.includes('shifts.all')
  const summary = useQuery({
    queryKey: shiftKeys.summary(day),
    queryFn: ({ signal }) => fetchSummary(day, signal),
    enabled: seesAll && day !== '',
  })
  const [met, setMet] = useState<ReadonlyMap<string, string>>(() => new Map([[me.id, me.name]]))
  const news = [...payments, ...(summary.data?.byCashier ?? [])]
    .map(({ cashier }) => cashier)
    .filter(({ id }) => !met.has(id))
  if (news.length > 0) setMet(new Map([...met, ...news.map(({ id, name }): [string, string] => [id, name])]))
  return [...met].map(([id, name]) => ({ id, name })).sort((a, b) => a.name.localeCompare(b.name))
}
