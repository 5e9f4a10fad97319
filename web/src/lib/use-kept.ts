import { useEffect } from 'react'
import { keep, kept } from './keep.ts'
import { HttpError } from './problem.ts'

interface Answer<T> {
  data: T | undefined
  error: Error | null
  dataUpdatedAt: number
  isPending: boolean
}

/** What to show: the fresh answer, or while the server is away the last good one with its time. */
export interface Shown<T> {
  data: T | undefined
  /** When what is shown was true, in ms; null while it is fresh. */
  asOfMs: number | null
  isPending: boolean
  /** The error to speak of; being away with something to show is said by `asOfMs` alone. */
  error: Error | null
}

/** Keeps a query's last good answer in this tab under `name` and falls back to it when the server is away. */
export function useKept<T>(name: string, query: Answer<T>): Shown<T> {
  const { data, error, dataUpdatedAt, isPending } = query
  useEffect(() => {
    if (data !== undefined) keep(name, data)
  }, [name, data])
  const away = error instanceof HttpError && error.away
  if (!away) return { data, asOfMs: null, isPending, error }
  if (data !== undefined) return { data, asOfMs: dataUpdatedAt, isPending: false, error: null }
  const old = kept<T>(name)
  return { data: old?.value, asOfMs: old?.atMs ?? null, isPending: false, error: old ? null : error }
}
