import {
  type InfiniteData,
  keepPreviousData,
  type QueryKey,
  useInfiniteQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { useCallback, useEffect, useMemo } from 'react'
import { firstPages } from './query.ts'
import { type Shown, useKept } from './use-kept.ts'

/** A page of a list: a part of the rows, and where the next one begins. */
interface ListPage {
  data: readonly { id: string }[]
  meta: { next: string | null; page?: number | null; totalPages?: number | null }
}

interface LongListOptions<Page> {
  queryKey: QueryKey
  /** Name under which the last good answer is kept in this tab; null keeps nothing. */
  keptAs: string
  /** Reads the page that begins at `from`: null is the first one. */
  read: (from: string | null, signal: AbortSignal) => Promise<Page>
  enabled?: boolean
  staleTime?: number
}

/** The rows that were read so far, and the way to the next ones. */
export interface Scrolled<Row> {
  rows: readonly Row[]
  more: boolean
  onMore: () => void
}

/** A list that is read page after page as one scrolls. */
interface LongList<Page extends ListPage>
  extends Shown<InfiniteData<Page, unknown>>,
    Scrolled<Page['data'][number]> {
  first: Page | undefined
}

/** Where the next page begins: behind a row, or in lists that are counted in pages, at the next of them. */
function nextOf({ meta: { next, page, totalPages } }: ListPage): string | null {
  if (next !== null) return next
  return page != null && totalPages != null && page < totalPages ? String(page + 1) : null
}

/** Reads a long list as one scrolls, each row once, and keeps its beginning for when the server is away. */
export function useLongList<Page extends ListPage>({
  queryKey,
  keptAs,
  read,
  enabled = true,
  staleTime = 0,
}: LongListOptions<Page>): LongList<Page> {
  const queries = useQueryClient()
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => read(pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: nextOf,
    placeholderData: keepPreviousData,
    enabled,
    staleTime,
  })
  const shown = useKept<InfiniteData<Page, unknown>>(keptAs, query)
  const rows = useMemo(() => {
    const all: Page['data'][number][] = (shown.data?.pages ?? []).flatMap(({ data }) => data)
    // Who came in above has pushed rows from one page to the next.
    return [...new Map(all.map((row) => [row.id, row])).values()]
  }, [shown.data])
  const name = JSON.stringify(queryKey)
  // Whoever comes back begins at the top: all that had been scrolled through is not read again.
  useEffect(() => () => firstPages(queries, JSON.parse(name) as QueryKey, 1), [queries, name])
  const { fetchNextPage } = query
  return {
    ...shown,
    rows,
    first: shown.data?.pages[0],
    more: query.hasNextPage && !query.isFetchingNextPage && query.error === null,
    onMore: useCallback(() => void fetchNextPage(), [fetchNextPage]),
  }
}
