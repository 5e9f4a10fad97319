import type { ReactNode } from 'react'
import type { Shown } from '../lib/use-kept.ts'
import { Loading } from './Loading.tsx'
import { ErrorNotice } from './Notice.tsx'

interface ListStateProps {
  shown: Shown<unknown>
  /** Whether the answer has nothing in it, and what is said then. */
  isEmpty: boolean
  empty: ReactNode
  /** Grey lines until the answer is there. */
  lines?: number
  children: ReactNode
}

/** A list in whichever of its states it is: broken, awaited, empty, or there. */
export function ListState({ shown, isEmpty, empty, lines = 6, children }: ListStateProps) {
  return (
    <>
      <ErrorNotice error={shown.error} onRetry={() => void shown.refetch()} />
      {shown.isPending ? <Loading rows={lines} /> : null}
      {shown.data === undefined ? null : isEmpty ? empty : children}
    </>
  )
}
