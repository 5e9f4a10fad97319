import { request } from '../../lib/http.ts'
import type { DispensingItem, ReturnInput, WorkList } from './types.ts'

export const dispensingKeys = {
  all: ['dispensing'],
  work: ['dispensing', 'work'],
  visits: ['dispensing', 'visit'],
  visit: (visitId: string) => ['dispensing', 'visit', visitId],
} as const

const PAGE = '100'
/** The most pages of open lines that are read; more than that is work that nobody will do any more. */
const MAX_PAGES = 5

async function fetchLines(query: Record<string, string>, signal?: AbortSignal): Promise<DispensingItem[]> {
  const asked = new URLSearchParams({ ...query, limit: PAGE })
  const lines: DispensingItem[] = []
  for (let page = 0; page < MAX_PAGES; page++) {
    const { data, meta } = await request<WorkList>(`/api/dispensing?${asked}`, { signal })
    lines.push(...data)
    if (meta.next === null) break
    asked.set('cursor', meta.next)
  }
  return lines
}

/** What there is to prepare and to hand over, the oldest first. */
export const fetchWork = (signal?: AbortSignal): Promise<DispensingItem[]> => fetchLines({}, signal)

/** Everything that was ordered on a visit and not cancelled. */
export const fetchVisit = (visit: string, signal?: AbortSignal): Promise<DispensingItem[]> =>
  fetchLines({ visit, status: 'ordered,prepared,handed_over,returned' }, signal)

/** One thing that is done to a line. */
export type LineStep = { move: 'prepare' | 'hand-over' } | ({ move: 'return' } & Omit<ReturnInput, 'version'>)

export function moveLine(
  line: Pick<DispensingItem, 'id' | 'version'>,
  { move, ...body }: LineStep,
  idempotencyKey: string,
): Promise<DispensingItem> {
  return request<DispensingItem>(`/api/dispensing/${encodeURIComponent(line.id)}/${move}`, {
    method: 'POST',
    body: { ...body, version: line.version },
    idempotencyKey,
  })
}

/** Where the label of a line is to print. */
export const labelAddress = (id: string): string => `/api/dispensing/${encodeURIComponent(id)}/label.pdf`
