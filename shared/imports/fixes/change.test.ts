import { describe, expect, it } from 'vitest'
import { changed, mend, readDate } from './change.ts'
import { mendedColumns } from './mended-file.ts'
import { readingFrom } from './reading.ts'
import { stepsOf } from './steps.ts'

describe('a date in the order that is said', () => {
  it.each([
    ['01-02-1990', 'DMY', '1990-02-01'],
    ['1/2/1990', 'MDY', '1990-01-02'],
    ['1990.2.1', 'YMD', '1990-02-01'],
    ['1 2 1990 9:05', 'DMY', '1990-02-01 09:05'],
    ['01/02/1990T23:59:10', 'MDY', '1990-01-02 23:59:10'],
    ['31/12/1990', 'MDY', null],
    ['01/02/90', 'DMY', null],
    ['1990-02-01', 'DMY', null],
    ['30.02.1990', 'DMY', null],
    ['soon', 'DMY', null],
  ] as const)('%s as %s is %s', (text, order, day) => {
    expect(readDate(text, order)).toBe(day)
  })

  it('stays as it is where it is none', () => {
    expect(changed({ to: 'date', order: 'DMY' }, 'soon')).toBe('soon')
    expect(changed({ to: 'mapped', values: { ' Laki ': 'M', __proto__: 'x' } }, 'Laki')).toBe('M')
    expect(changed({ to: 'mapped', values: { Laki: 'M' } }, 'constructor')).toBe('constructor')
  })
})

describe('a mended row', () => {
  const columns = ['FIRST', 'LAST', 'gender', 'phone']
  const mapping = { name: { join: ['FIRST', 'LAST'], with: ' ' }, gender: 'gender', phone: 'phone' }
  const reading = readingFrom('patients', columns, 'csv', mapping)
  const problem = (code: string, column: string) => ({ code, column, message: 'm' })
  const row = (cells: string[], ...problems: ReturnType<typeof problem>[]) => ({
    row: 1,
    line: 2,
    cells,
    problems,
  })

  it('gets all changes that are about its reasons, in its own cells', () => {
    const kept = row(['Ali', 'Abu', 'L'], problem('BAD_GENDER', 'gender'), problem('MISSING_PHONE', 'phone'))
    const fixes = [
      { code: 'BAD_GENDER', column: 'gender', change: { to: 'value' as const, value: 'M' } },
      { code: 'MISSING_PHONE', column: 'phone', change: { to: 'value' as const, value: '0123456789' } },
      { code: 'BAD_STATE', column: 'state', change: { to: 'empty' as const } },
    ]
    expect(mend(kept, fixes, reading)).toEqual({
      cells: ['Ali', 'Abu', 'M', '0123456789'],
      changes: [
        { field: 'gender', before: 'L', after: 'M' },
        { field: 'phone', before: '', after: '0123456789' },
      ],
    })
    expect(kept.cells).toEqual(['Ali', 'Abu', 'L'])
  })

  it('has one value in the place of several joined', () => {
    const kept = row(['Ali', 'Abu', 'M'], problem('NAME_TOO_LONG', 'name'))
    const fix = {
      code: 'NAME_TOO_LONG',
      column: 'name',
      change: { to: 'value' as const, value: 'Ali bin Abu' },
    }
    expect(mend(kept, [fix], reading)?.cells).toEqual(['Ali bin Abu', '', 'M'])
  })

  it('is none where the row could not be read, or was not kept whole', () => {
    expect(mend(row(['Ali'], problem('COLUMN_COUNT', '')), [], reading)).toBeNull()
    expect(mend(row(['x'.repeat(10_000)], problem('BAD_GENDER', 'gender')), [], reading)).toBeNull()
    expect(mend(row(['A\ufffd'], problem('BAD_TEXT', 'name')), [], reading)).toBeNull()
  })
})

describe('the columns of a mended file', () => {
  const marks = ['_row', '_line', '_column', '_code', '_message', '_extra']
  const columns = ['id', 'note', 'note', '']

  it('go back to their places, also those that have no name of their own', () => {
    const { rowOf, merge } = mendedColumns([...columns, ...marks], columns)
    expect(rowOf(['1', 'a', 'b', 'c', ' 7 '])).toBe(7)
    expect(rowOf(['1', 'a', 'b', 'c', 'seven'])).toBeNull()
    expect(merge(['0'], ["'=1+1", 'a', 'b', 'c', '7'])).toEqual(['=1+1', 'a', 'b', 'c'])
  })

  it('are found by name in another order; what is left out stays as it was', () => {
    const { merge } = mendedColumns(['_row', 'b', 'a'], ['a', 'b', 'c'])
    expect(merge(['1', '2', '3'], ['7', 'B', 'A'])).toEqual(['A', 'B', '3'])
  })

  it('are refused without the numbers of rows, without any of ours, or where two may be meant', () => {
    expect(() => mendedColumns(['a', 'b'], ['a', 'b'])).toThrow('_row')
    expect(() => mendedColumns(['_row', 'x'], ['a', 'b'])).toThrow('none of the columns')
    expect(() => mendedColumns(['_row', 'note', 'id'], columns)).toThrow('more than once')
  })
})

it('steps: what is not wanted first, then rows read as before, then in another way', () => {
  const of = (code: string) => ({ code, column: null })
  expect(
    stepsOf([
      { ...of('A'), onDuplicate: 'update' },
      { ...of('B'), skip: true },
      of('C'),
      { ...of('D'), change: { to: 'empty' } },
    ]),
  ).toEqual([
    { what: 'skip', groups: [of('B')] },
    { what: 'again', fixes: [of('C'), { ...of('D'), change: { to: 'empty' } }] },
    { what: 'again', fixes: [{ ...of('A'), onDuplicate: 'update' }] },
  ])
})
