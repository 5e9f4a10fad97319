import { useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { fetchMe, lockSession, signOut, unlockSession } from '../features/auth/api.ts'
import type { SignedIn, User } from '../features/auth/types.ts'
import { forgetAnswers, onSession } from '../lib/http.ts'
import { dropAllKept, keepFor } from '../lib/keep.ts'
import { machineSettings, restoreSettings } from '../lib/machine.ts'
import { HttpError } from '../lib/problem.ts'
import { useIdle } from '../lib/use-idle.ts'

/**
 * `expired`: somebody worked here and the session ended: the page stays mounted behind the sign-in form, so nothing
 * typed is lost when the same person comes back. `locked`: the same, when the page was left alone or told to lock: the
 * server holds the session back until its owner gives the password.
 */
export type SessionState = 'loading' | 'out' | 'expired' | 'mustChange' | 'in' | 'locked' | 'away'

export interface SessionValue {
  state: SessionState
  user: User | null
  entered: (signedIn: SignedIn) => void
  leave: () => Promise<void>
  lock: () => void
  /** Goes on as the person who is here; throws what the server answers. */
  unlock: (password: string) => Promise<void>
  /** Closes what stands behind the lock, for somebody else. */
  abandon: () => void
  retry: () => void
}

/** Given by {@link SessionProvider}; tests put a person of their own there. */
export const SessionContext = createContext<SessionValue | null>(null)
/** Tells the other tabs of this browser that the person has signed out or in, or has locked. */
const CHANNEL = 'clinic-session'

export function SessionProvider({ children }: { children: ReactNode }) {
  const [state, setState] = useState<SessionState>('loading')
  const [user, setUser] = useState<User | null>(null)
  const userId = useRef<string | null>(null)
  const channel = useRef<BroadcastChannel | null>(null)
  const ended = useRef(false)
  /** Whether the page is locked, and whether the server knows. */
  const locked = useRef<'no' | 'here' | 'everywhere'>('no')
  const [lockAfterMin, setLockAfterMin] = useState<number | null>(null)
  const queries = useQueryClient()

  const wipe = useCallback(() => {
    queries.clear()
    forgetAnswers()
    dropAllKept()
  }, [queries])

  const entered = useCallback(
    ({ user: next, mustChangePassword, lockAfterMin }: SignedIn) => {
      const isOther = userId.current !== null && userId.current !== next.id
      if (keepFor(next.id) || isOther) wipe()
      locked.current = 'no'
      setLockAfterMin(lockAfterMin)
      userId.current = next.id
      ended.current = false
      setUser(next)
      setState(mustChangePassword ? 'mustChange' : 'in')
      // What failed while the session was gone is read again.
      void queries.invalidateQueries()
    },
    [queries, wipe],
  )

  const out = useCallback(() => {
    wipe()
    userId.current = null
    locked.current = 'no'
    setUser(null)
    setState('out')
  }, [wipe])

  /** The page first, so that nothing is seen while the server is told, or cannot be. */
  const sendLock = useCallback(async () => {
    await lockSession().catch((error: unknown) => {
      // There is no session to be locked any more, or another tab was quicker.
      if (!(error instanceof HttpError && error.status === 401)) throw error
    })
    if (locked.current === 'here') locked.current = 'everywhere'
  }, [])
  const lock = useCallback(() => {
    locked.current = 'here'
    setState('locked')
    channel.current?.postMessage('locked')
    sendLock().catch(() => {})
  }, [sendLock])
  useIdle(state === 'in' ? lockAfterMin : null, lock)

  const read = useCallback(() => {
    fetchMe().then(entered, (error: unknown) => {
      if (error instanceof HttpError && error.status === 401) return
      if (error instanceof HttpError && error.code === 'auth/must-change-password') return
      setState((now) => (now === 'loading' ? 'away' : now))
    })
  }, [entered])

  useEffect(() => {
    onSession({
      signedOut: () => {
        if (userId.current === null) return setState('out')
        if (locked.current !== 'no') return
        setState('expired')
        // Only the tab that holds the stream hears of an end; it tells the others once, and they look for themselves.
        if (!ended.current) channel.current?.postMessage('ended')
        ended.current = true
      },
      mustChangePassword: () => setState('mustChange'),
    })
    const tabs = typeof BroadcastChannel === 'function' ? new BroadcastChannel(CHANNEL) : null
    channel.current = tabs
    if (tabs)
      tabs.onmessage = ({ data }) => {
        if (data === 'out') return out()
        if (data !== 'locked') return read()
        if (userId.current === null) return
        locked.current = 'everywhere'
        setState('locked')
      }
    read()
    return () => tabs?.close()
  }, [out, read])

  const value = useMemo<SessionValue>(
    () => ({
      state,
      user,
      entered: (signedIn) => {
        entered(signedIn)
        channel.current?.postMessage('in')
      },
      leave: async () => {
        // The server has the browser clear its whole store; how this machine is set up is not the person's secret.
        const settings = machineSettings()
        await signOut()
        restoreSettings(settings)
        channel.current?.postMessage('out')
        out()
      },
      lock,
      unlock: async (password) => {
        if (locked.current === 'here') await sendLock()
        try {
          entered(await unlockSession(password))
        } catch (error) {
          // The lock has ended with its session: the person signs in, and the page behind is kept all the same.
          if (error instanceof HttpError && error.code === 'auth/required') {
            locked.current = 'no'
            return setState('expired')
          }
          throw error
        }
        channel.current?.postMessage('in')
      },
      abandon: () => {
        channel.current?.postMessage('out')
        out()
      },
      retry: () => {
        setState('loading')
        read()
      },
    }),
    [state, user, entered, out, read, lock, sendLock],
  )
  return <SessionContext value={value}>{children}</SessionContext>
}

export function useSession(): SessionValue {
  const value = use(SessionContext)
  if (!value) throw new Error('useSession is used outside its provider')
  return value
}

/** The person at the screen; only for pages behind the sign-in. */
export function useUser(): User {
  const { user } = useSession()
  if (!user) throw new Error('useUser is used before sign-in')
  return user
}
