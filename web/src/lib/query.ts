import { QueryClient, type QueryFilters } from '@tanstack/react-query'

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

/**
 * Has what is invalidated during its first read read once more after it: that read may have begun before the change,
 * and the library would leave it at that.
 */
function rereadAfterFirst(queries: QueryClient): void {
  const invalidate = queries.invalidateQueries.bind(queries)
  const waiting = new WeakSet<object>()
  queries.invalidateQueries = (filters, options) => {
    for (const query of queries.getQueryCache().findAll(filters as QueryFilters)) {
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
