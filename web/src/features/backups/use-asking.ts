import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { newIdempotencyKey } from '../../lib/http.ts'
import { operationKeys } from '../operations/api.ts'
import type { Operation } from '../operations/types.ts'

/** Asks for a piece of work once, however often it is pressed; after an answer the next press asks for another. */
export function useAsking<T>(send: (what: T, key: string) => Promise<Operation>) {
  const queries = useQueryClient()
  const key = useRef(newIdempotencyKey())
  return useMutation({
    mutationFn: (what: T) => send(what, key.current),
    onSuccess: () => {
      key.current = newIdempotencyKey()
    },
    onSettled: () => queries.invalidateQueries({ queryKey: operationKeys.lists }),
  })
}
