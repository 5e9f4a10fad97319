import { useQueries } from '@tanstack/react-query'
import { clinicToday } from '../../lib/format.ts'
import { fetchStock, stockKeys } from '../stock/api.ts'
import { type LinePlan, planOf } from '../stock/plan.ts'
import type { Stock } from '../stock/types.ts'
import { isOpen } from './groups.ts'
import type { DispensingItem } from './types.ts'

/** What the shelves have for the open lines of a visit: the plan of each, and the stock by medicine. */
export function useVisitStock(lines: readonly DispensingItem[]): {
  plans: ReadonlyMap<string, LinePlan>
  stocks: ReadonlyMap<string, Stock>
} {
  const open = lines.filter(isOpen)
  const ids = [...new Set(open.map(({ medicationId }) => medicationId))]
  const stocks = useQueries({
    queries: ids.map((id) => ({
      queryKey: stockKeys.of(id),
      queryFn: ({ signal }: { signal: AbortSignal }) => fetchStock(id, signal),
      staleTime: 0,
    })),
    combine: (answers) =>
      new Map(
        answers.flatMap(({ data }) => (data === undefined ? [] : [[data.medicationId, data] as const])),
      ),
  })
  return { plans: planOf(open, stocks, clinicToday()), stocks }
}
