import { afterEach, expect, it, vi } from 'vitest'
import { makeQueryClient } from '../../lib/query.ts'
import { queueKeys } from './api.ts'
import { patchTicket, readBoard } from './live.ts'
import type { Ticket } from './types.ts'

const ticket = (id: string, version: number, status: Ticket['status'] = 'waiting'): Ticket =>
  ({ id, number: `A00${id}`, version, status, order: [1, Number(id)] }) as unknown as Ticket

afterEach(() => vi.unstubAllGlobals())

it('a ticket that is told of while the board is being read is on it, though the answer is older', async () => {
  let answer: ((response: Response) => void) | undefined
  vi.stubGlobal('fetch', () => new Promise<Response>((resolve) => (answer = resolve)))
  const queries = makeQueryClient()
  const shown = queries.fetchQuery({ queryKey: queueKeys.board, queryFn: () => readBoard() })
  patchTicket(queries, ticket('3', 1))
  patchTicket(queries, ticket('2', 4, 'completed'))
  patchTicket(queries, ticket('1', 2))
  await vi.waitFor(() => expect(answer).toBeDefined())
  const page = { data: [ticket('2', 3), ticket('1', 5)], meta: { next: null } }
  answer?.(Response.json(page))
  const ids = (await shown).map(({ id, version }) => [id, version])
  expect(ids).toEqual([
    ['1', 5],
    ['3', 1],
  ])
})
