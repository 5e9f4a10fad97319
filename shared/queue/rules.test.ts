import { describe, expect, it } from 'vitest'
import { behindTwo } from './next-state.ts'
import { readFormat } from './numbers.ts'
import { maskName, moveKind, STATUSES, type Status } from './rules.ts'

/** The table as the clinic wrote it down, apart from the code's own. */
const ALLOWED: Record<Status, string> = {
  waiting: 'called in_consultation on_hold no_show cancelled',
  called: 'called in_consultation waiting on_hold no_show cancelled',
  in_consultation: 'dispensing payment completed waiting',
  dispensing: 'payment completed',
  payment: 'completed dispensing',
  on_hold: 'waiting cancelled',
  no_show: 'waiting cancelled',
  completed: '',
  cancelled: '',
}
const pairs = STATUSES.flatMap((from) => STATUSES.map((to) => [from, to] as const))

describe('moves', () => {
  it.each(pairs)('%s → %s is as the table says', (from, to) => {
    const isAllowed = ALLOWED[from].split(' ').includes(to)
    expect(moveKind(from, to, {}, {}) !== null).toBe(isAllowed)
  })

  it('back to the line is a transfer where doctor or room differ, else a skip or nothing', () => {
    const now = { doctorId: '1', room: 'A' }
    expect(moveKind('waiting', 'waiting', { doctorId: '2' }, now)).toBe('transfer')
    expect(moveKind('waiting', 'waiting', { doctorId: null }, now)).toBe('transfer')
    expect(moveKind('waiting', 'waiting', { doctorId: '1', room: 'A' }, now)).toBeNull()
    expect(moveKind('called', 'waiting', {}, now)).toBe('skip')
    expect(moveKind('called', 'waiting', { room: 'B' }, now)).toBe('transfer')
    expect(moveKind('in_consultation', 'waiting', {}, now)).toBe('transfer')
    expect(moveKind('on_hold', 'waiting', { room: 'B' }, now)).toBe('return')
  })
})

describe('the line', () => {
  const at = (place: number, line_rank = 4) => ({ line_rank, place })

  it('puts a skipped one behind the next two, wherever they stand', () => {
    expect(behindTwo(at(1), [at(2), at(3), at(4)])).toEqual(at(3.5))
    expect(behindTwo(at(1), [at(2), at(3)])).toEqual(at(4))
    expect(behindTwo(at(1), [at(2)])).toEqual(at(3))
    expect(behindTwo(at(1), [])).toEqual(at(1))
    expect(behindTwo(at(1, 0), [at(2), at(3), at(4)])).toEqual(at(3.5))
    expect(behindTwo(at(1), [at(9, 0), at(8, 1), at(2)])).toEqual({ line_rank: 4, place: 1 })
  })

  it('never moves one forward who was called out of turn', () => {
    expect(behindTwo(at(20), [at(1), at(2), at(3)])).toEqual(at(20))
  })
})

describe('names on screens', () => {
  it.each([
    ['Siti Nurhaliza binti Tarudin', 'S*** N***'],
    ['李小龙', '李***'],
    ['  Muthu  a/l  Raman ', 'M*** a***'],
    ['😀 X', '😀*** X***'],
    ['Al', 'A***'],
  ])('%s is %s', (name, masked) => expect(maskName(name)).toBe(masked))
})

describe('the format of numbers', () => {
  it.each([
    ['A001', { series: 'A', digits: 3 }],
    ['KL-00', { series: 'KL-', digits: 2 }],
    ['0000', { series: '', digits: 4 }],
  ])('%s', (format, read) => expect(readFormat(format)).toEqual(read))
})
