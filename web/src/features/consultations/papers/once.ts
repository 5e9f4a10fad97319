import { useRef } from 'react'
import { newIdempotencyKey } from '../../../lib/http.ts'

/** The key for sending one content: sent again after a lost answer it is the same, for another content a new one. */
export function useKeyFor(): (payload: unknown) => string {
  const last = useRef({ payload: '', key: '' })
  return (payload) => {
    const text = JSON.stringify(payload)
    if (last.current.payload !== text) last.current = { payload: text, key: newIdempotencyKey() }
    return last.current.key
  }
}
