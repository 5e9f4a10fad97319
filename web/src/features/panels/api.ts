import { useQuery } from '@tanstack/react-query'
import { request } from '../../lib/http.ts'
import type { Panel, PanelInput, PanelList, Statement } from './types.ts'

export const panelKeys = {
  all: ['panels'],
  list: ['panels', 'list'],
  statement: (id: string, month: string) => ['panels', 'statement', id, month],
  debt: (id: string, month: string) => ['panels', 'debt', id, month],
} as const

/** How long the list of panels counts as fresh; it changes a few times a year. */
const FRESH_MS = 5 * 60_000

/** The panels, those in use first, as a question whose answer is kept. */
export function usePanelList() {
  return useQuery({
    queryKey: panelKeys.list,
    queryFn: ({ signal }) => request<PanelList>('/api/panels', { signal }).then(({ data }) => data),
    staleTime: FRESH_MS,
  })
}

/** The panels; empty until the answer is there. */
export const usePanels = (): readonly Panel[] => usePanelList().data ?? []

/** Adds a panel, or changes the one that was seen. */
export function savePanel(panel: Panel | null, body: PanelInput): Promise<Panel> {
  return panel === null
    ? request('/api/panels', { method: 'POST', body })
    : request(`/api/panels/${encodeURIComponent(panel.id)}`, {
        method: 'PATCH',
        body: { ...body, version: panel.version },
      })
}

const PAGE = 100

function statementPage(id: string, query: Record<string, string>, signal?: AbortSignal): Promise<Statement> {
  return request(`/api/panels/${encodeURIComponent(id)}/statement?${new URLSearchParams(query)}`, { signal })
}

/** What a panel owes for a month, every line; a month has some hundreds at most. */
export async function fetchStatement(id: string, month: string, signal?: AbortSignal): Promise<Statement> {
  const query: Record<string, string> = { month, limit: String(PAGE) }
  const first = await statementPage(id, query, signal)
  let { next } = first.meta
  while (next !== null) {
    const page = await statementPage(id, { ...query, cursor: next }, signal)
    first.data.push(...page.data)
    next = page.meta.next
  }
  return first
}

/** The sum alone of what a panel owes for a month. */
export function fetchDebt(id: string, month: string, signal?: AbortSignal): Promise<Statement['meta']> {
  return statementPage(id, { month, limit: '1' }, signal).then(({ meta }) => meta)
}
