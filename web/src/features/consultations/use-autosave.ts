import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import { HttpError } from '../../lib/problem.ts'
import { consultationKeys, saveDraft } from './api.ts'
import {
  changesOf,
  contentOf,
  type Fault,
  type Form,
  mergeForm,
  type Part,
  readForm,
  withParts,
} from './content.ts'
import { dropDraft, keepDraft, openDraft } from './save-draft.ts'
import type { Consultation, Content } from './types.ts'

/** Typing that stands still for so long is sent. */
const PAUSE_MS = 1_200
/** How often a save is tried again while the server is away. */
const AGAIN_MS = 4_000

/** Where what is typed stands. `away`: kept in this tab until the line is back; `over`: it can't be saved any more. */
export type SaveState =
  | { kind: 'saved'; atMs: number | null }
  | { kind: 'unsaved' | 'saving' | 'away' }
  | { kind: 'refused' | 'over'; error: Error }

/** What somebody else, or another tab, changed meanwhile. */
export interface Clash {
  theirs: Content
  taken: Part[]
  clashing: Part[]
}

export interface Autosave {
  form: Form
  change: (change: Partial<Form>) => void
  faults: Fault[]
  state: SaveState
  clash: Clash | null
  restored: boolean
  /** Says of a part that both changed whose is kept; `null` puts the notice away. */
  settle: (part: Part | null, whose: 'mine' | 'theirs') => void
  /** Sends what is not sent yet; the consultation as it is saved, or null where something stands in the way. */
  flush: () => Promise<Consultation | null>
  /** Joins what is typed with the present state, where another call brought it along. */
  adopt: (now: Consultation) => void
}

/** Refusals that pass by themselves: the server is away or busy, or the person signs in again. */
const isPassing = (error: HttpError): boolean =>
  error.away || error.status === 401 || error.status === 429 || error.status >= 500

const presentOf = (error: HttpError): Consultation | null =>
  error.status === 409 && error.problem.current ? (error.problem.current as Consultation) : null

/** Saves a draft as it is typed, one request at a time, each on the version of the last answer. */
export function useAutosave(first: Consultation): Autosave {
  const queries = useQueryClient()
  const [opened] = useState(() => openDraft(first))
  const [form, setForm] = useState(opened.form)
  const [state, setState] = useState<SaveState>(
    opened.restored ? { kind: 'unsaved' } : { kind: 'saved', atMs: null },
  )
  const [clash, setClash] = useState<Clash | null>(() =>
    opened.taken.length + opened.clashing.length === 0 ? null : { ...opened, theirs: contentOf(first) },
  )
  const base = useRef(first)
  const typed = useRef(opened.form)
  const open = useRef<readonly Part[]>(opened.clashing)
  const running = useRef<Promise<boolean> | null>(null)
  const isOver = useRef(false)

  const put = useCallback((next: Form): void => {
    typed.current = next
    setForm(next)
    keepDraft(base.current, next)
  }, [])

  const unsent = useCallback(() => {
    const changes = changesOf(readForm(typed.current).content, base.current)
    return Object.fromEntries(
      Object.entries(changes).filter(([part]) => !open.current.includes(part as Part)),
    )
  }, [])

  const overtaken = useCallback(
    (now: Consultation): void => {
      const merged = mergeForm(typed.current, contentOf(base.current), contentOf(now))
      base.current = now
      open.current = [...new Set([...open.current, ...merged.clashing])]
      put(merged.form)
      const told = { theirs: contentOf(now), taken: merged.taken, clashing: [...open.current] }
      // Where the answer to one's own save was lost there is nothing to tell.
      setClash(told.taken.length + told.clashing.length === 0 ? null : told)
    },
    [put],
  )

  /** One save; true when there may be more to send. */
  const send = useCallback(async (): Promise<boolean> => {
    setState({ kind: 'saving' })
    try {
      const saved = await saveDraft(base.current.id, base.current.version, unsent())
      base.current = saved
      queries.setQueryData(consultationKeys.one(saved.id), saved)
      setState({ kind: 'saved', atMs: Date.now() })
      return true
    } catch (error) {
      if (!(error instanceof HttpError)) throw error
      const now = presentOf(error)
      if (error.code === 'state/version' && now !== null) {
        overtaken(now)
        return true
      }
      isOver.current = error.status === 409 || error.status === 403
      setState(isPassing(error) ? { kind: 'away' } : { kind: isOver.current ? 'over' : 'refused', error })
      return false
    }
  }, [queries, unsent, overtaken])

  const save = useCallback(async (): Promise<boolean> => {
    for (;;) {
      if (running.current !== null) {
        if (!(await running.current)) return false
        continue
      }
      if (isOver.current) return false
      if (Object.keys(unsent()).length === 0) {
        const { faults } = readForm(typed.current)
        const isAll = faults.length === 0 && open.current.length === 0
        if (isAll) dropDraft(base.current.id)
        const next: SaveState = isAll ? { kind: 'saved', atMs: Date.now() } : { kind: 'unsaved' }
        setState((now) => (now.kind === next.kind ? now : next))
        return isAll
      }
      running.current = send().finally(() => {
        running.current = null
      })
    }
  }, [send, unsent])

  const change = useCallback(
    (part: Partial<Form>): void => {
      put({ ...typed.current, ...part })
      setState((now) => (now.kind === 'saved' ? { kind: 'unsaved' } : now))
    },
    [put],
  )

  // biome-ignore lint/correctness/useExhaustiveDependencies: every change of the form begins the pause anew
  useEffect(() => {
    if (state.kind === 'saved') return
    const timer = setTimeout(() => void save(), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [form, state.kind, save])

  useEffect(() => {
    if (state.kind !== 'away') return
    const timer = setTimeout(() => void save(), AGAIN_MS)
    return () => clearTimeout(timer)
  }, [state, save])

  useEffect(() => {
    const now = (): void => void save()
    const hidden = (): void => {
      if (document.visibilityState === 'hidden') now()
    }
    window.addEventListener('online', now)
    document.addEventListener('visibilitychange', hidden)
    return () => {
      window.removeEventListener('online', now)
      document.removeEventListener('visibilitychange', hidden)
      // Somebody who goes to another page of the system has not pressed anything to save.
      now()
    }
  }, [save])

  return {
    form,
    change,
    faults: readForm(form).faults,
    state,
    clash,
    restored: opened.restored,
    settle: (part, whose) => {
      if (clash === null) return
      if (part === null) return setClash(clash.clashing.length === 0 ? null : { ...clash, taken: [] })
      const clashing = clash.clashing.filter((one) => one !== part)
      open.current = clashing
      put(whose === 'mine' ? { ...typed.current } : withParts(typed.current, [part], clash.theirs))
      setClash(clashing.length + clash.taken.length === 0 ? null : { ...clash, clashing })
    },
    flush: async () => ((await save()) ? base.current : null),
    adopt: overtaken,
  }
}
