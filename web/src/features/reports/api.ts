import { request } from '../../lib/http.ts'
import type { Operation } from '../operations/types.ts'
import type { Catalog, FilePage, Standing, StandingInput, StandingList } from './types.ts'

export const reportKeys = { catalog: ['reports', 'catalog'] } as const
export const fileKeys = { all: ['files'] } as const

/** Reports that the reader may have. */
export function fetchCatalog(signal?: AbortSignal): Promise<Catalog> {
  return request<Catalog>('/api/reports/catalog', { signal })
}

const start = (path: string, body: unknown, idempotencyKey: string): Promise<Operation> =>
  request<{ operation: Operation }>(path, { method: 'POST', body, idempotencyKey }).then(
    ({ operation }) => operation,
  )

/** What is asked of `POST /api/reports`; the server checks the parameters. */
export interface ReportAsk {
  report: string
  params: Record<string, unknown>
  format: string
  language: 'en' | 'ms'
}

export const startReport = (ask: ReportAsk, key: string): Promise<Operation> =>
  start('/api/reports', ask, key)

/** What is asked of `POST /api/exports`. */
export interface ExportAsk {
  kind: string
  filter?: Record<string, unknown> | undefined
  format: string
}

export const startExport = (ask: ExportAsk, key: string): Promise<Operation> =>
  start('/api/exports', ask, key)

/** A page of the shelf, newest first; `cursor` is the `next` of the page before. */
export function fetchFiles(cursor: string | null, signal?: AbortSignal): Promise<FilePage> {
  const query = new URLSearchParams({ limit: '20' })
  if (cursor !== null) query.set('cursor', cursor)
  return request<FilePage>(`/api/files?${query}`, { signal })
}

export function removeFile(id: string): Promise<void> {
  return request(`/api/files/${encodeURIComponent(id)}`, { method: 'DELETE' })
}

export const standingKeys = { all: ['reports', 'standing'] } as const
const STANDING = '/api/schedules/reports'
const standingAt = (name: string): string => `${STANDING}/${encodeURIComponent(name)}`

/** Reports that are made by themselves: one's own, or everybody's. */
export function fetchStanding(signal?: AbortSignal): Promise<StandingList> {
  return request<StandingList>(STANDING, { signal })
}

export function addStanding(input: StandingInput, idempotencyKey: string): Promise<Standing> {
  return request<Standing>(STANDING, { method: 'POST', body: input, idempotencyKey })
}

/** Turns one on or off, as it was seen. */
export function turnStanding({ name, version }: Standing, enabled: boolean): Promise<Standing> {
  return request<Standing>(standingAt(name), { method: 'PATCH', body: { version, enabled } })
}

export function endStanding(name: string): Promise<void> {
  return request(standingAt(name), { method: 'DELETE' })
}

/** Makes one now. */
export const runStanding = (name: string, key: string): Promise<Operation> =>
  start(`${standingAt(name)}/run`, {}, key)
