import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { EventConnection, type LinkState, type StreamEvent } from '../../lib/event-source.ts'
import { HttpError } from '../../lib/problem.ts'
import { displayKeys, fetchScreen } from './api.ts'
import { withEvent } from './board.ts'
import type { Screen, ScreenEvent } from './types.ts'

const NAMES = ['reset', 'queue.created', 'queue.updated', 'queue.called', 'queue.removed']
/** The numbers that come next are read again at most this often, and not by all screens at one moment. */
const NEXT_AFTER_MS = 2_000
const SPREAD_MS = 1_000

export interface ScreenFeed {
  screen: Screen | undefined
  link: LinkState
  /** The browser is no screen (any more): it must be paired. */
  unpaired: boolean
  paired: () => void
}

/** The board of a paired screen, followed live; `onCall` is told of each new call once. */
export function useScreen(onCall: (event: ScreenEvent) => void): ScreenFeed {
  const queries = useQueryClient()
  const [link, setLink] = useState<LinkState>('reconnecting')
  const tell = useRef(onCall)
  tell.current = onCall
  const query = useQuery({
    queryKey: displayKeys.board,
    queryFn: ({ signal }) => fetchScreen(signal),
    staleTime: 0,
    refetchInterval: ({ state }) => (state.error instanceof HttpError && state.error.away ? 10_000 : false),
  })
  const unpaired = query.error instanceof HttpError && query.error.status === 401
  const known = query.data !== undefined

  useEffect(() => {
    if (!known || unpaired) return
    let lastEventId = ''
    let again: ReturnType<typeof setTimeout> | undefined
    const readAgain = (): void => {
      again ??= setTimeout(
        () => {
          again = undefined
          void queries.invalidateQueries({ queryKey: displayKeys.board })
        },
        NEXT_AFTER_MS + Math.random() * SPREAD_MS,
      )
    }
    const onEvent = (event: StreamEvent): void => {
      if (event.id !== '') lastEventId = event.id
      if (event.name === 'reset') {
        lastEventId = ''
        void queries.invalidateQueries({ queryKey: displayKeys.board })
        return
      }
      const { entity, at } = event.data as { entity: ScreenEvent; at: string }
      const isCall = event.name === 'queue.called'
      queries.setQueryData<Screen>(displayKeys.board, (now) => now && withEvent(now, entity, isCall, at))
      if (isCall) tell.current(entity)
      readAgain()
    }
    const connection = new EventConnection({
      url: (id) => `/api/sse/display${id === '' ? '' : `?lastEventId=${encodeURIComponent(id)}`}`,
      names: NAMES,
      lastEventId: () => lastEventId,
      onEvent,
      onState: (state) => {
        setLink(state)
        if (state === 'live') readAgain()
      },
      onRefused: () => void queries.invalidateQueries({ queryKey: displayKeys.board }),
    })
    return () => {
      clearTimeout(again)
      connection.close()
    }
  }, [queries, known, unpaired])

  return {
    screen: query.data,
    link,
    unpaired,
    paired: () => void queries.resetQueries({ queryKey: displayKeys.board }),
  }
}
