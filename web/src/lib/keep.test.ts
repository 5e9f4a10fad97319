import { afterEach, describe, expect, it, vi } from 'vitest'
import { dropAllKept, dropKept, keep, kept } from './keep.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  sessionStorage.clear()
  localStorage.clear()
})

describe('what a tab keeps for the time the server is away', () => {
  it('comes back with the time it was kept at, and only from this tab', () => {
    keep('board', { tickets: [1, 2] })
    expect(kept('board')?.value).toEqual({ tickets: [1, 2] })
    expect(kept('board')?.atMs).toBeLessThanOrEqual(Date.now())
    expect(localStorage.length).toBe(0)
    expect(kept('other')).toBeNull()
  })

  it('is nothing after twelve hours', () => {
    vi.useFakeTimers({ now: 0 })
    keep('board', 1)
    vi.setSystemTime(12 * 3_600_000 - 1)
    expect(kept('board')?.value).toBe(1)
    vi.setSystemTime(12 * 3_600_000)
    expect(kept('board')).toBeNull()
  })

  it('goes with the person; what others put there stays', () => {
    keep('board', 1)
    keep('draft', 2)
    sessionStorage.setItem('theirs', 'x')
    dropKept('draft')
    expect([kept('draft'), kept('board')?.value]).toEqual([null, 1])
    dropAllKept()
    expect([kept('board'), sessionStorage.getItem('theirs')]).toEqual([null, 'x'])
  })

  it('may fail: a full store, a closed one and one with rubbish in it are no fault of the page', () => {
    sessionStorage.setItem('clinic.keep.board', '{')
    expect(kept('board')).toBeNull()
    const refuse = () => {
      throw new DOMException('full or closed', 'QuotaExceededError')
    }
    vi.stubGlobal('sessionStorage', { getItem: refuse, setItem: refuse })
    expect(() => keep('board', 1)).not.toThrow()
    expect(kept('board')).toBeNull()
  })
})
