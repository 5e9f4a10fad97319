import type { GroupFix, RefusedGroup } from './api.ts'

/** What somebody can choose for a group, in the order in which it is offered. */
export const WAYS = [
  'leave',
  'mapped',
  'value',
  'DMY',
  'MDY',
  'YMD',
  'empty',
  'lenient',
  'update',
  'keep',
  'again',
  'skip',
] as const
export type Way = (typeof WAYS)[number]

/** A choice as it is being made. */
export interface Choice {
  way: Way
  value: string
  mapped: Record<string, string>
}

export const NO_CHOICE: Choice = { way: 'leave', value: '', mapped: {} }

/** Choices by group. */
export type Choices = Readonly<Record<string, Choice>>

export const keyOf = ({ code, column }: Pick<RefusedGroup, 'code' | 'column'>): string =>
  `${code} ${column ?? ''}`

const IS_DATE = /DOB|DATE|REGISTERED_AT|_AT$|MC_START|IN_FUTURE|RECORDED/
/** The server counts so many values; of more, most would be left out. */
const MOST_MAPPED = 20

/** What makes sense for a group: what is not offered here the server would refuse, or it would change nothing. */
export function waysOf(group: RefusedGroup, isStrict: boolean): Way[] {
  const { canChange, canRunAgain, isDuplicate } = group
  const given = group.values.filter(({ value }) => value !== '')
  const offered: Record<Way, boolean> = {
    leave: true,
    mapped: canChange && !isDuplicate && given.length > 0 && given.length < MOST_MAPPED,
    value: canChange && !isDuplicate,
    DMY: canChange && given.length > 0 && IS_DATE.test(group.code),
    MDY: canChange && given.length > 0 && IS_DATE.test(group.code),
    YMD: canChange && given.length > 0 && IS_DATE.test(group.code),
    empty: canChange && group.canBeEmpty && !isDuplicate,
    lenient: canRunAgain && isStrict && !isDuplicate,
    update: isDuplicate,
    keep: isDuplicate,
    again: canRunAgain && !isDuplicate,
    skip: true,
  }
  return WAYS.filter((way) => offered[way])
}

function changeOf({ way, value, mapped }: Choice): Partial<Extract<GroupFix, { change?: unknown }>> | null {
  if (way === 'value') return value.trim() === '' ? null : { change: { to: 'value', value: value.trim() } }
  if (way === 'mapped') {
    const values = Object.fromEntries(
      Object.entries(mapped).flatMap(([from, to]) => (to.trim() === '' ? [] : [[from, to.trim()]])),
    )
    return Object.keys(values).length === 0 ? null : { change: { to: 'mapped', values } }
  }
  if (way === 'DMY' || way === 'MDY' || way === 'YMD') return { change: { to: 'date', order: way } }
  if (way === 'empty') return { change: { to: 'empty' } }
  if (way === 'lenient') return { strictness: 'lenient' }
  if (way === 'update') return { onDuplicate: 'update' }
  if (way === 'keep') return { onDuplicate: 'skip' }
  return way === 'again' ? {} : null
}

/** The fixes that the choices so far come to; groups that are left, or not told all yet, have none. */
export function fixesOf(groups: readonly RefusedGroup[], choices: Choices): GroupFix[] {
  return groups.flatMap((group): GroupFix[] => {
    const choice = choices[keyOf(group)] ?? NO_CHOICE
    const { code, column } = group
    if (choice.way === 'skip') return [{ code, column, skip: true }]
    const change = changeOf(choice)
    return change === null ? [] : [{ code, column, ...change }]
  })
}
