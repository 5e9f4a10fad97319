import { type InfiniteData, QueryClient, type QueryFilters, type QueryKey } from '@tanstack/react-query'

/** The one cache of answers. The fetch layer retries and the event stream refreshes, so nothing polls here. */
export function makeQueryClient(): QueryClient {
  const queries = new QueryClient({
    defaultOptions: {
      queries: {
        retry: false,
        staleTime: 30_000,
        gcTime: 10 * 60_000,
        refetchOnWindowFocus: false,
        refetchOnReconnect: true,
        networkMode: 'always',
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  })
  rereadAfterFirst(queries)
  return queries
}

/** Pages of a long list that a change has read again; who had scrolled further is brought back to their end. */
const PAGES_READ_AGAIN = 20

/** Forgets of a list that is read page after page all but its beginning. */
export function firstPages(queries: QueryClient, queryKey: QueryKey, count: number): void {
  const state = queries.getQueryState<InfiniteData<unknown>>(queryKey)
  const { pages, pageParams } = (state?.data ?? {}) as Partial<InfiniteData<unknown>>
  if (state === undefined || !Array.isArray(pages) || !Array.isArray(pageParams) || pages.length <= count)
    return
  queries.setQueryData<InfiniteData<unknown>>(
    queryKey,
    { pages: pages.slice(0, count), pageParams: pageParams.slice(0, count) },
    { updatedAt: state.isInvalidated ? 0 : state.dataUpdatedAt },
  )
}

/**
 * Has what is invalidated during its first read read once more after it: that read may have begun before the change,
 * and the library would leave it at that.
 */
function rereadAfterFirst(queries: QueryClient): void {
  const invalidate = queries.invalidateQueries.bind(queries)
  const waiting = new WeakSet<object>()
  queries.invalidateQueries = (filters, options) => {
    for (const query of queries.getQueryCache().findAll(filters as QueryFilters)) {
      firstPages(queries, query.queryKey, PAGES_READ_AGAIN)
      const { data, fetchStatus } = query.state
      if (data !== undefined || fetchStatus !== 'fetching' || waiting.has(query)) continue
      waiting.add(query)
      const again = (): Promise<void> => invalidate({ queryKey: query.queryKey, exact: true })
      void query
        .fetch()
        .then(again, () => {})
        .finally(() => waiting.delete(query))
    }
    return invalidate(filters, options)
  }
}
