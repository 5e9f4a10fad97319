import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { TokensPage } from '../features/tokens/pages/TokensPage.tsx'
import { drawPage } from '../testing.tsx'
import { forgetAnswers, REQUEST_LIMIT_MS } from './http.ts'

const token = {
  id: '1',
  name: 'Laboratory',
  owner: { id: '1', username: 'admin' },
  scopes: [],
  perHour: 100,
  lastUsedAt: null,
  expiresAt: null,
}
const fetched = vi.fn<(path: string, init: RequestInit) => Promise<Response>>()
const answers = async () => Response.json({ data: [token] })
const refused = async () => {
  throw new TypeError('the line is cut')
}
/** A server that never answers but hears when the page gives up. */
const silent = (_path: string, { signal }: RequestInit): Promise<Response> =>
  new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(new DOMException('gone', 'AbortError')))
  })

const draw = () => drawPage(<TokensPage />, '/admin/tokens', '/admin/tokens')

beforeEach(() => {
  forgetAnswers()
  sessionStorage.clear()
  vi.stubGlobal('fetch', fetched)
})
afterEach(() => {
  cleanup()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
  fetched.mockReset()
})

it('a list that gets no answer for thirty seconds says so, and is read when one tries again', async () => {
  const limits: [number, AbortController][] = []
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    const clock = new AbortController()
    limits.push([ms, clock])
    return clock.signal
  })
  fetched.mockImplementation(silent)
  await draw()
  await waitFor(() => expect(limits).toHaveLength(1))
  expect([limits[0]?.[0], REQUEST_LIMIT_MS]).toEqual([30_000, 30_000])
  limits[0]?.[1].abort()
  await screen.findByText('No answer for 30 seconds, so it was stopped. Try again.')
  fetched.mockImplementation(answers)
  fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
  await screen.findByText('Laboratory')
})

it('a list stays when the server is away, after a reload too, and says of when it is', async () => {
  fetched.mockImplementation(answers)
  await draw()
  await screen.findByText('Laboratory')
  expect(screen.queryByText(/^As of/)).toBeNull()
  cleanup()
  fetched.mockImplementation(refused)
  await draw()
  await screen.findByText(/^As of \d/, {}, { timeout: 10_000 })
  screen.getByText('Laboratory')
  // Nothing was there before: then the fault itself is said.
  cleanup()
  sessionStorage.clear()
  await draw()
  await screen.findByRole('alert', {}, { timeout: 10_000 })
  expect(screen.queryByText('Laboratory')).toBeNull()
})
