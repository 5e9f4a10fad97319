import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import { dropKept, keep, kept } from '../../../lib/keep.ts'
import { HttpError } from '../../../lib/problem.ts'
import { fetchPrescription, prescriptionKeys, putPrescription } from './api.ts'
import { afterAnswer, afterClash, type Line, linesOf, withFaults, withWarnings } from './lines.ts'
import type { LineInput, Prescription, Warning } from './types.ts'

/** How often it is tried again while the server is away. */
const AGAIN_MS = 4_000

export type OrderState =
  | { kind: 'saved' | 'saving' | 'away' | 'reasons' | 'faults' }
  | { kind: 'refused'; error: Error }

interface Kept {
  version: number
  lines: readonly Line[]
}

export interface Order {
  lines: readonly Line[]
  total: string
  state: OrderState
  /** The prescription was changed elsewhere; what is shown is the present one. */
  isOvertaken: boolean
  isPending: boolean
  error: Error | null
  reload: () => void
  add: (inputs: readonly LineInput[]) => void
  replace: (key: string, input: LineInput) => void
  remove: (key: string) => void
  /** True when everything is ordered as it is shown. */
  flush: () => Promise<boolean>
}

/** Refusals that pass by themselves: the server is away or busy, or the person signs in again. */
const isPassing = (error: HttpError): boolean =>
  error.away || error.status === 401 || error.status === 429 || error.status >= 500

const presentOf = (error: HttpError): Prescription | null =>
  error.status === 409 && error.problem.current ? (error.problem.current as Prescription) : null

let serial = 0
const newKey = (): string => `new-${Date.now()}-${++serial}`

/** What is ordered in a consultation: each change is sent at once, one after another, on the version answered last. */
export function usePrescription(consultationId: string, isEditable: boolean): Order {
  const store = `draft.prescription.${consultationId}`
  const queries = useQueryClient()
  const query = useQuery({
    queryKey: prescriptionKeys.one(consultationId),
    queryFn: ({ signal }) => fetchPrescription(consultationId, signal),
    staleTime: 0,
  })
  const [lines, setLines] = useState<readonly Line[]>([])
  const [state, setState] = useState<OrderState>({ kind: 'saved' })
  const [isOvertaken, setOvertaken] = useState(false)
  const now = useRef<readonly Line[]>([])
  const server = useRef<Prescription | null>(null)
  const dirty = useRef(false)
  const running = useRef<Promise<boolean> | null>(null)

  const put = useCallback((next: readonly Line[]): void => {
    now.current = next
    setLines(next)
  }, [])

  const answered = useCallback(
    (prescription: Prescription): void => {
      server.current = prescription
      queries.setQueryData(prescriptionKeys.one(consultationId), prescription)
    },
    [queries, consultationId],
  )

  const refused = useCallback(
    (error: HttpError, sent: readonly Line[]): boolean => {
      const present = presentOf(error)
      if (present !== null) {
        put(afterClash(now.current, present))
        answered(present)
        setOvertaken(true)
        dirty.current =
          error.code === 'state/version' && now.current.some(({ input }) => input.id === undefined)
        setState(error.code === 'state/version' ? { kind: 'saved' } : { kind: 'refused', error })
        return dirty.current
      }
      const open = error.problem.warnings as { line: number; warnings: Warning[] }[] | undefined
      if (open !== undefined) put(withWarnings(now.current, sent, open))
      else if (error.status === 422) put(withFaults(now.current, sent, error.errors))
      setState(
        isPassing(error)
          ? { kind: 'away' }
          : open !== undefined
            ? { kind: 'reasons' }
            : error.status === 422
              ? { kind: 'faults' }
              : { kind: 'refused', error },
      )
      return false
    },
    [answered, put],
  )

  /** One round; true when there may be more to send. */
  const send = useCallback(async (): Promise<boolean> => {
    const sent = now.current
    dirty.current = false
    setState({ kind: 'saving' })
    try {
      const version = server.current?.version ?? 0
      const answer = await putPrescription(
        consultationId,
        version,
        sent.map(({ input }) => input),
      )
      put(afterAnswer(now.current, sent, answer))
      answered(answer)
      setState({ kind: 'saved' })
      return true
    } catch (error) {
      if (!(error instanceof HttpError)) throw error
      dirty.current = true
      return refused(error, sent)
    }
  }, [consultationId, put, answered, refused])

  const save = useCallback(async (): Promise<boolean> => {
    for (;;) {
      if (running.current !== null) {
        if (!(await running.current)) return false
      } else if (!dirty.current) {
        dropKept(store)
        return true
      } else {
        running.current = send().finally(() => {
          running.current = null
        })
      }
    }
  }, [send, store])

  const change = useCallback(
    (next: readonly Line[]): void => {
      put(next)
      dirty.current = true
      keep(store, { version: server.current?.version ?? 0, lines: next } satisfies Kept)
      void save()
    },
    [put, save, store],
  )

  useEffect(() => {
    const first = query.data
    if (first === undefined || server.current !== null) return
    server.current = first
    const left = isEditable ? kept<Kept>(store)?.value : undefined
    if (left === undefined) return put(linesOf(first))
    put(left.version === first.version ? left.lines : afterClash(left.lines, first))
    dirty.current = true
    void save()
  }, [query.data, isEditable, store, put, save])

  useEffect(() => {
    if (state.kind !== 'away') return
    const timer = setTimeout(() => void save(), AGAIN_MS)
    return () => clearTimeout(timer)
  }, [state, save])

  const without = ({ open: _open, fault: _fault, ...line }: Line): Line => line
  return {
    lines,
    total: query.data?.total ?? '0.00',
    state,
    isOvertaken,
    isPending: query.isPending,
    error: query.error,
    reload: () => void query.refetch(),
    add: (inputs) => change([...now.current, ...inputs.map((input) => ({ key: newKey(), input }))]),
    replace: (key, input) =>
      change(now.current.map((line) => (line.key === key ? { ...without(line), input } : line))),
    remove: (key) => change(now.current.filter((line) => line.key !== key)),
    flush: save,
  }
}
