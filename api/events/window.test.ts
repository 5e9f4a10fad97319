import { describe, expect, it } from 'vitest'
import { createWindow } from './window.ts'

const PART = 'abcdefabcdef'
const entry = (seq: number, data = '{}') => {
  const redisId = `${1000 + seq}-0`
  return {
    ...{ id: `${PART}-${redisId}`, redisId, part: PART, seq, data },
    ...{ topic: 'queue', type: 'queue.called', ownerId: '', entityId: '' },
  }
}

describe('the window of held events', () => {
  it('knows the place after each held event and nothing before the first', () => {
    const window = createWindow(100)
    for (let seq = 1; seq <= 1000; seq++) window.add(entry(seq))
    const first = window.firstSeq()
    expect(1000 - first + 1).toBeGreaterThanOrEqual(100)
    expect(window.placeAfter(entry(first - 1).id)).toBe('unknown')
    for (let seq = first; seq <= 1000; seq++) {
      expect(window.placeAfter(entry(seq).id)).toBe(seq + 1)
      expect(window.at(seq)?.entry.seq).toBe(seq)
    }
    expect(window.at(first - 1)).toBeUndefined()
    expect(window.at(1001)).toBeUndefined()
    expect(window.placeAfter(entry(1001).id)).toBe('ahead')
  })

  it('holds no more bytes than it may, whatever the events weigh', () => {
    const window = createWindow(10_000)
    const megabyte = 'x'.repeat(1024 ** 2)
    for (let seq = 1; seq <= 40; seq++) window.add(entry(seq, megabyte))
    expect(window.nextSeq()).toBe(41)
    expect(40 - window.firstSeq() + 1).toBeLessThanOrEqual(32)
    expect(window.placeAfter(entry(1).id)).toBe('unknown')
  })

  it('takes no id of another part for one of its own', () => {
    const window = createWindow(100)
    window.add(entry(1))
    window.clear()
    expect(window.placeAfter(entry(1).id)).toBe('ahead')
    window.add({ ...entry(1), part: 'ffffffffffff', id: 'ffffffffffff-1001-0' })
    expect(window.placeAfter(entry(1).id)).toBe('unknown')
    expect(window.placeAfter(entry(2).id)).toBe('unknown')
  })
})
