import { describe, expect, it } from 'vitest'
import { shared, TooSlow, within } from './bounded.ts'

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('within', () => {
  it('gives the value of work that is quick enough', async () => {
    expect(await within(60_000, Promise.resolve(7))).toBe(7)
  })

  it('gives up on work that never ends', async () => {
    await expect(within(20, new Promise(() => undefined))).rejects.toBeInstanceOf(TooSlow)
  })
})

describe('shared', () => {
  it('runs the work once for all who ask at the same time and shortly after', async () => {
    let runs = 0
    const ask = shared(
      async () => {
        await sleep(10)
        return ++runs
      },
      60_000,
      60_000,
    )
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([1, 1, 1])
    expect(await ask()).toBe(1)
  })

  it('runs again when the answer is old, and after a failure too', async () => {
    let runs = 0
    const ask = shared(
      async () => {
        runs++
        if (runs === 1) throw new Error('down')
        return runs
      },
      5,
      1000,
    )
    await expect(ask()).rejects.toThrow('down')
    await sleep(20)
    expect(await ask()).toBe(2)
  })

  it('does not repeat work that hangs until it counts as lost', async () => {
    let runs = 0
    const ask = shared(
      () => {
        runs++
        return new Promise<never>(() => undefined)
      },
      0,
      50,
    )
    void ask()
    void ask()
    expect(runs).toBe(1)
    await sleep(70)
    void ask()
    expect(runs).toBe(2)
  })
})
