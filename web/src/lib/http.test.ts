import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { forgetAnswers, onSession, request } from './http.ts'
import { HttpError, retryAfterSeconds } from './problem.ts'

const fetched = vi.fn<(path: string, init: RequestInit) => Promise<Response>>()
const signedOut = vi.fn()
const mustChangePassword = vi.fn()

const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(status === 304 ? null : JSON.stringify(body), { status, headers })

/** A server that never answers but hears the abort, as the browser's fetch does. */
const silent = (_path: string, init: RequestInit): Promise<Response> =>
  new Promise((_resolve, reject) => {
    init.signal?.addEventListener('abort', () => reject(new DOMException('gone', 'AbortError')))
  })

const header = (call: number, name: string): string | undefined =>
  (fetched.mock.calls[call]?.[1].headers as Record<string, string> | undefined)?.[name]

beforeEach(() => {
  forgetAnswers()
  vi.stubGlobal('fetch', fetched)
  onSession({ signedOut, mustChangePassword })
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetAllMocks()
})

describe('request', () => {
  it('marks every request as coming from this page', async () => {
    fetched.mockResolvedValue(json({ id: '1' }))
    expect(await request('/api/x', { method: 'POST', body: { a: 1 } })).toEqual({ id: '1' })
    expect(header(0, 'X-Requested-With')).toBe('clinic')
    expect(fetched.mock.calls[0]?.[1].body).toBe('{"a":1}')
  })

  it('answers a 304 with the value it remembers', async () => {
    fetched.mockResolvedValueOnce(json({ n: 1 }, 200, { ETag: '"a"' }))
    const first = await request('/api/x')
    fetched.mockResolvedValueOnce(json(null, 304))
    expect(await request('/api/x')).toBe(first)
    expect(header(1, 'If-None-Match')).toBe('"a"')
  })

  it('turns a problem into a typed error', async () => {
    const problem = { code: 'state/version', detail: 'd', errors: [{ path: 'name', message: 'm' }] }
    fetched.mockResolvedValue(json(problem, 409))
    const error = await request('/api/x', { method: 'PATCH', body: {} }).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(HttpError)
    expect(error).toMatchObject({ status: 409, code: 'state/version', errors: problem.errors, away: false })
  })

  it('calls off the request of the same name that came before', async () => {
    fetched.mockImplementationOnce(silent).mockResolvedValueOnce(json({ data: 2 }))
    const first = request('/api/search', { method: 'POST', body: {}, supersede: 's' }).catch(
      (e: unknown) => e,
    )
    const second = request('/api/search', { method: 'POST', body: {}, supersede: 's' })
    expect(await second).toEqual({ data: 2 })
    expect(await first).toMatchObject({ code: 'client/aborted', aborted: true })
  })

  it('gives up after its time limit and says so', async () => {
    fetched.mockImplementation(silent)
    const error = await request('/api/x', { timeoutMs: 15 }).catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'client/timeout', away: true })
    expect(fetched).toHaveBeenCalledTimes(1)
  })

  it('sends a creation once however often it is pressed', async () => {
    fetched.mockResolvedValue(json({ id: '7' }, 201))
    const press = () => request('/api/x', { method: 'POST', body: {}, idempotencyKey: 'k' })
    expect(await Promise.all([press(), press()])).toEqual([{ id: '7' }, { id: '7' }])
    expect(fetched).toHaveBeenCalledTimes(1)
    expect(header(0, 'Idempotency-Key')).toBe('k')
  })

  it('tries a GET again while the server is away, a POST never', async () => {
    fetched
      .mockResolvedValueOnce(json({ code: 'unavailable/busy' }, 503))
      .mockResolvedValueOnce(json({ ok: 1 }))
    expect(await request('/api/x')).toEqual({ ok: 1 })
    expect(fetched).toHaveBeenCalledTimes(2)
    fetched.mockRejectedValue(new TypeError('failed'))
    const error = await request('/api/x', { method: 'POST', body: {} }).catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'client/offline' })
    expect(fetched).toHaveBeenCalledTimes(3)
  })

  it('tells the session when it has ended, but not when a password was wrong', async () => {
    fetched.mockResolvedValue(json({ code: 'auth/failed' }, 401))
    await request('/api/auth/login', { method: 'POST', body: {} }).catch(() => {})
    expect(signedOut).not.toHaveBeenCalled()
    fetched.mockResolvedValue(json({ code: 'auth/required' }, 401))
    await request('/api/x').catch(() => {})
    expect(signedOut).toHaveBeenCalledTimes(1)
    fetched.mockResolvedValue(json({ code: 'auth/must-change-password' }, 403))
    await request('/api/x').catch(() => {})
    expect(mustChangePassword).toHaveBeenCalledTimes(1)
  })

  it('knows when to come back after too many requests', async () => {
    fetched.mockResolvedValue(json({ code: 'rate/limited' }, 429, { 'Retry-After': '12' }))
    expect(await request('/api/x').catch((e: unknown) => e)).toMatchObject({ status: 429, retryAfterS: 12 })
    expect(fetched).toHaveBeenCalledTimes(1)
    expect(retryAfterSeconds('Tue, 24 Nov 2026 08:00:30 GMT', Date.parse('2026-11-24T08:00:00Z'))).toBe(30)
  })
})
