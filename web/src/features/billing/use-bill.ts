import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useKept } from '../../lib/use-kept.ts'
import { billingKeys, fetchBill } from './api.ts'
import type { Bill } from './types.ts'
import { currentBill } from './use-pay.ts'

/** The bill of a visit, which follows what happens to it. */
export function useBill(visitId: string) {
  const query = useQuery({
    queryKey: billingKeys.bill(visitId),
    queryFn: ({ signal }) => fetchBill(visitId, signal),
    staleTime: 0,
  })
  return useKept(`bill.${visitId}`, query)
}

/** A change of the bill by this screen; a refusal brings the bill as it is. */
export function useBillChange<Input>(
  visitId: string,
  change: (input: Input) => Promise<Bill>,
  onDone: (bill: Bill) => void,
) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSuccess: (bill) => {
      queries.setQueryData(billingKeys.bill(visitId), bill)
      onDone(bill)
    },
    onError: (error) => {
      const current = currentBill(error)
      if (current === null) return
      queries.setQueryData(billingKeys.bill(visitId), current)
    },
  })
}

type Seen = Pick<Bill, 'status' | 'total' | 'balance' | 'version'>

const isSame = (a: Seen, b: Seen): boolean =>
  a.status === b.status && a.total === b.total && a.balance === b.balance

/** What the cashier last saw of the bill where somebody else has changed it since; `accept` is for one's own changes. */
export function useSeenBill(bill: Bill | undefined) {
  const [seen, setSeen] = useState<Seen | null>(null)
  if (bill !== undefined && seen === null) setSeen(bill)
  const changedFrom = bill !== undefined && seen !== null && !isSame(bill, seen) ? seen : null
  return { changedFrom, accept: setSeen as (bill: Seen) => void }
}
