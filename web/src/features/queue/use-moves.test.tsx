import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, renderHook, screen } from '@testing-library/react'
import type { ReactNode } from 'react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { startI18n } from '../../lib/i18n.ts'
import { makeQueryClient } from '../../lib/query.ts'
import { queueKeys } from './api.ts'
import type { Ticket } from './types.ts'
import { useMoves } from './use-moves.ts'

interface Sent {
  body: { to: string; version: number }
  answer: (response: Response) => void
}
const sent: Sent[] = []

const ticket = (version: number, status: Ticket['status'], room: string | null = null): Ticket =>
  ({
    id: '1',
    number: 'A001',
    version,
    status,
    room,
    doctorId: null,
    order: [1, 1],
    times: { statusAt: '2026-11-28T01:00:00Z' },
  }) as unknown as Ticket

beforeEach(() => {
  sent.length = 0
  vi.stubGlobal('fetch', (_path: string, init: RequestInit) => {
    return new Promise<Response>((answer) => sent.push({ body: JSON.parse(String(init.body)), answer }))
  })
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

async function atTheBoard() {
  await startI18n('en')
  const queries = makeQueryClient()
  queries.setQueryData(queueKeys.board, [ticket(1, 'waiting')])
  const wrapper = ({ children }: { children: ReactNode }) => (
    <MantineProvider env="test">
      <Notifications />
      <QueryClientProvider client={queries}>{children}</QueryClientProvider>
    </MantineProvider>
  )
  const { result } = renderHook(useMoves, { wrapper })
  const shown = () => queries.getQueryData<readonly Ticket[]>(queueKeys.board)?.map(({ status }) => status)
  return { moves: result.current, shown }
}

it('shows a move before it is answered; the second waits for the first and knows its version', async () => {
  const { moves, shown } = await atTheBoard()
  moves.move('1', { to: 'called', room: '2' })
  await vi.waitFor(() => expect(sent).toHaveLength(1))
  expect(shown()).toEqual(['called'])
  moves.move('1', { to: 'in_consultation' })
  let settled = false
  void moves.settled().then(() => {
    settled = true
  })
  expect(sent.map(({ body }) => body.version)).toEqual([1])
  sent[0]?.answer(Response.json(ticket(2, 'called', '2')))
  await vi.waitFor(() => expect(sent).toHaveLength(2))
  expect([sent[1]?.body.version, shown(), settled]).toEqual([2, ['in_consultation'], false])
  sent[1]?.answer(Response.json(ticket(3, 'in_consultation', '2')))
  await vi.waitFor(() => expect(settled).toBe(true))
})

it('takes a move back that was too late, shows the ticket as it is and says who moved it', async () => {
  const { moves, shown } = await atTheBoard()
  moves.move('1', { to: 'on_hold' })
  await vi.waitFor(() => expect(sent).toHaveLength(1))
  expect(shown()).toEqual(['on_hold'])
  const problem = {
    code: 'state/version',
    current: ticket(2, 'called', '7'),
    changedBy: { id: '5', name: 'Nurse Devi' },
  }
  await act(async () => sent[0]?.answer(Response.json(problem, { status: 409 })))
  await vi.waitFor(() => expect(shown()).toEqual(['called']))
  await screen.findByText('A001 was moved by Nurse Devi')
})

it('takes a move back that never reached the server', async () => {
  const { moves, shown } = await atTheBoard()
  moves.move('1', { to: 'on_hold' })
  await vi.waitFor(() => expect(sent).toHaveLength(1))
  await act(async () => sent[0]?.answer(Response.json({ code: 'unavailable/busy' }, { status: 503 })))
  await vi.waitFor(() => expect(shown()).toEqual(['waiting']))
})
