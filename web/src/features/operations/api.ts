import { request } from '../../lib/http.ts'
import type { Operation, OperationPage, OperationType, RefusedPage } from './types.ts'

export interface OperationFilter {
  type?: OperationType
  user?: string
  limit?: number
}

export const operationKeys = {
  all: ['operations'],
  lists: ['operations', 'list'],
  list: (filter: OperationFilter) => ['operations', 'list', filter],
  one: (id: string) => ['operations', 'one', id],
  errors: (id: string) => ['operations', 'errors', id],
} as const

/** A page of operations, newest first; `cursor` is the `next` of the page before. */
export function fetchOperations(
  filter: OperationFilter,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<OperationPage> {
  const query = new URLSearchParams({ limit: String(filter.limit ?? 50) })
  if (filter.type) query.set('type', filter.type)
  if (filter.user) query.set('user', filter.user)
  if (cursor !== null) query.set('cursor', cursor)
  return request<OperationPage>(`/api/operations?${query}`, { signal })
}

export function fetchOperation(id: string, signal?: AbortSignal): Promise<Operation> {
  return request<Operation>(`/api/operations/${encodeURIComponent(id)}`, { signal })
}

/** A page of refused rows, of one reason or all; `cursor` is the `next` of the page before. */
export function fetchRefused(
  id: string,
  code: string | null,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<RefusedPage> {
  const query = new URLSearchParams({ limit: '100' })
  if (code !== null) query.set('code', code)
  if (cursor !== null) query.set('cursor', cursor)
  return request<RefusedPage>(`/api/operations/${encodeURIComponent(id)}/errors?${query}`, { signal })
}

/** Where the browser fetches the refused rows as a file. */
export function refusedCsvUrl(id: string): string {
  return `/api/operations/${encodeURIComponent(id)}/errors.csv`
}

/** Where the browser fetches the file that an operation has made. */
export function resultUrl(id: string): string {
  return `/api/operations/${encodeURIComponent(id)}/result`
}

/** What a person may ask of an operation. */
export type OperationMove = 'cancel' | 'retry' | 'undo' | 'release'

/** Asks for a move; answers the operation as it is then, or the import that a rehearsal is released as. */
export async function moveOperation(id: string, move: OperationMove): Promise<Operation> {
  const answer = await request<{ operation: Operation }>(
    `/api/operations/${encodeURIComponent(id)}/${move}`,
    {
      method: 'POST',
      body: {},
    },
  )
  return answer.operation
}
