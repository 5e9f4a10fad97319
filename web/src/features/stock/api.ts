import { request } from '../../lib/http.ts'
import type {
  AdjustInput,
  ExpiringList,
  LevelList,
  LowList,
  MovementList,
  ReceiveInput,
  Register,
  Stock,
  StockValue,
} from './types.ts'

export const stockKeys = {
  all: ['stock'],
  of: (medicationId: string) => ['stock', 'of', medicationId],
  levels: (ids: readonly string[]) => ['stock', 'levels', ...ids],
  low: (page: number) => ['stock', 'low', page],
  expiring: (page: number) => ['stock', 'expiring', page],
  value: ['stock', 'value'],
  movements: (medicationId: string) => ['stock', 'movements', medicationId],
} as const

/** What of the register is asked for; clinic days, '' where it is open, and a medicine or ''. */
export interface RegisterFilter {
  from: string
  to: string
  medicationId: string
}

/** Beside the stock's own keys: every look at the register is recorded, so no event has it read again. */
export const registerKey = (filter: RegisterFilter) => ['stock-register', filter] as const

/** Days from which on a batch counts as expiring. */
export const SOON_DAYS = 90
const PAGE = '25'

const path = (medicationId: string): string => `/api/medications/${encodeURIComponent(medicationId)}/stock`

export function fetchStock(medicationId: string, signal?: AbortSignal): Promise<Stock> {
  return request<Stock>(path(medicationId), { signal })
}

/** What is left of the medicines of a list; empty where nothing was asked. */
export async function fetchLevels(ids: readonly string[], signal?: AbortSignal): Promise<LevelList['data']> {
  if (ids.length === 0) return []
  return (await request<LevelList>(`/api/medications/stock?ids=${ids.join(',')}`, { signal })).data
}

export function fetchLow(page: number, signal?: AbortSignal): Promise<LowList> {
  return request<LowList>(`/api/stock/low?page=${page}&limit=${PAGE}`, { signal })
}

export function fetchExpiring(page: number, signal?: AbortSignal): Promise<ExpiringList> {
  const query = new URLSearchParams({ withinDays: String(SOON_DAYS), page: String(page), limit: PAGE })
  return request<ExpiringList>(`/api/stock/expiring?${query}`, { signal })
}

export function fetchMovements(
  medicationId: string,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<MovementList> {
  const query = new URLSearchParams({ limit: PAGE, ...(cursor === null ? {} : { cursor }) })
  return request<MovementList>(`${path(medicationId)}/movements?${query}`, { signal })
}

/** A page of the register of psychotropic medicines, the last first. */
export function fetchRegister(
  filter: RegisterFilter,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<Register> {
  const query = new URLSearchParams({ limit: PAGE })
  for (const [name, value] of Object.entries({ ...filter, cursor: cursor ?? '' }))
    if (value !== '') query.set(name, value)
  return request<Register>(`/api/stock/register?${query}`, { signal })
}

export function fetchStockValue(signal?: AbortSignal): Promise<StockValue> {
  return request<StockValue>('/api/stock/value', { signal })
}

export function receiveStock(
  medicationId: string,
  body: ReceiveInput,
  idempotencyKey: string,
): Promise<Stock> {
  return request<Stock>(path(medicationId), { method: 'POST', body, idempotencyKey })
}

export function adjustStock(medicationId: string, body: AdjustInput, idempotencyKey: string): Promise<Stock> {
  return request<Stock>(`${path(medicationId)}/adjustments`, { method: 'POST', body, idempotencyKey })
}

/** What was counted of one batch. */
export interface Counted {
  batchId: string
  counted: number
  version: number
}

export function countStock(medicationId: string, counts: readonly Counted[], reason: string): Promise<Stock> {
  const body = { counts, ...(reason.trim() === '' ? {} : { reason: reason.trim() }) }
  return request<Stock>(`${path(medicationId)}/counts`, { method: 'POST', body })
}
