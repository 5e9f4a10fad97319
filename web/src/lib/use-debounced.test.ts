import { act, cleanup, renderHook } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { useDebounced } from './use-debounced.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

const pass = (ms: number) => act(() => vi.advanceTimersByTime(ms))

it('settles once for any number of keys that follow each other, on the last of them', () => {
  const seen: string[] = []
  const { result, rerender } = renderHook(
    ({ typed }) => {
      const settled = useDebounced(typed, 200)
      if (seen.at(-1) !== settled) seen.push(settled)
      return settled
    },
    { initialProps: { typed: '' } },
  )
  for (const typed of ['a', 'am', 'ami', 'amin', 'amina']) {
    rerender({ typed })
    pass(199)
    expect(result.current).toBe('')
  }
  pass(1)
  expect(result.current).toBe('amina')
  pass(10_000)
  expect(seen).toEqual(['', 'amina'])
})

it('asks for nothing after the page is left', () => {
  const { unmount, rerender } = renderHook(({ typed }) => useDebounced(typed, 200), {
    initialProps: { typed: 'a' },
  })
  rerender({ typed: 'b' })
  unmount()
  expect(vi.getTimerCount()).toBe(0)
})
