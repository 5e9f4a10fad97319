import { describe, expect, it } from 'vitest'
import type { RefusedGroup } from './api.ts'
import { fixesOf, keyOf, NO_CHOICE, waysOf } from './choices.ts'

const group = (part: Partial<RefusedGroup> = {}): RefusedGroup => ({
  ...{ code: 'BAD_GENDER', column: 'gender', message: 'm', count: 3, field: 'gender' },
  ...{ canChange: true, canBeEmpty: false, canRunAgain: true, isDuplicate: false, examples: [] },
  ...{ values: [{ value: 'Laki', count: 3 }], valuesOf: 3 },
  ...part,
})

describe('what is offered for a group', () => {
  it('fits its cause', () => {
    expect(waysOf(group(), true)).toEqual(['leave', 'mapped', 'value', 'lenient', 'again', 'skip'])
    expect(waysOf(group({ code: 'BAD_DOB', canBeEmpty: true }), false)).toEqual([
      ...['leave', 'mapped', 'value', 'DMY', 'MDY', 'YMD', 'empty', 'again', 'skip'],
    ])
    const same = group({ code: 'DUPLICATE_EXTERNAL_ID', isDuplicate: true })
    expect(waysOf(same, true)).toEqual(['leave', 'update', 'keep', 'skip'])
    const broken = group({
      code: 'COLUMN_COUNT',
      column: null,
      canChange: false,
      canRunAgain: false,
      values: [],
    })
    expect(waysOf(broken, true)).toEqual(['leave', 'skip'])
  })
})

describe('the fixes of choices', () => {
  const groups = [group(), group({ code: 'BAD_STATE', column: 'state' })]
  const [gender, state] = groups as [RefusedGroup, RefusedGroup]

  it('leave out groups that are left or not told all yet', () => {
    expect(fixesOf(groups, {})).toEqual([])
    const unsaid = { ...NO_CHOICE, way: 'mapped' as const, mapped: { Laki: ' ' } }
    expect(
      fixesOf(groups, { [keyOf(gender)]: unsaid, [keyOf(state)]: { ...NO_CHOICE, way: 'value' } }),
    ).toEqual([])
  })

  it('say what was chosen, without blanks', () => {
    const choices = {
      [keyOf(gender)]: { ...NO_CHOICE, way: 'mapped' as const, mapped: { Laki: ' M ', P: '' } },
      [keyOf(state)]: { ...NO_CHOICE, way: 'skip' as const },
    }
    expect(fixesOf(groups, choices)).toEqual([
      { code: 'BAD_GENDER', column: 'gender', change: { to: 'mapped', values: { Laki: 'M' } } },
      { code: 'BAD_STATE', column: 'state', skip: true },
    ])
  })
})
