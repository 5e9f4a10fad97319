import { useEffect } from 'react'
import { keep, kept } from './keep.ts'
import { HttpError } from './problem.ts'

interface Answer<T> {
  data: T | undefined
  error: Error | null
  dataUpdatedAt: number
  isPending: boolean
  /** What is shown meanwhile answers another question: the page before, another filter. */
  isPlaceholderData: boolean
  refetch: () => unknown
}

/** What to show: the fresh answer, or while the server is away the last good one with its time. */
export interface Shown<T> {
  data: T | undefined
  /** When what is shown was true, in ms; null while it is fresh. */
  asOfMs: number | null
  isPending: boolean
  /** The error to speak of; being away with something to show is said by `asOfMs` alone. */
  error: Error | null
  refetch: () => unknown
}

/** A long list as it is read, page after page. */
interface Pages {
  pages: readonly unknown[]
  pageParams: readonly unknown[]
}

/** Pages of a long list that are kept: writing all of them down with each that comes would slow the hand that scrolls. */
const KEPT_PAGES = 2

function worthKeeping(data: unknown): unknown {
  const { pages, pageParams } = (data ?? {}) as Partial<Pages>
  if (!Array.isArray(pages) || !Array.isArray(pageParams)) return data
  return {
    ...(data as Pages),
    pages: pages.slice(0, KEPT_PAGES),
    pageParams: pageParams.slice(0, KEPT_PAGES),
  }
}

/** Keeps a query's last good answer in this tab under `name` and falls back to it when the server is away. */
export function useKept<T>(name: string, query: Answer<T>): Shown<T> {
  const { data, error, dataUpdatedAt, isPending, isPlaceholderData, refetch } = query
  useEffect(() => {
    if (data !== undefined && !isPlaceholderData) keep(name, worthKeeping(data))
  }, [name, data, isPlaceholderData])
  const away = error instanceof HttpError && error.away
  if (!away) return { data, asOfMs: null, isPending, error, refetch }
  if (data !== undefined) return { data, asOfMs: dataUpdatedAt, isPending: false, error: null, refetch }
  const old = kept<T>(name)
  return { data: old?.value, asOfMs: old?.atMs ?? null, isPending: false, error: old ? null : error, refetch }
}
