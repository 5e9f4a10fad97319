import { expect, it } from 'vitest'
import { en } from '../../locales/en.ts'
import { ms } from '../../locales/ms.ts'
import { rightKey } from './rights.ts'
import { PERMISSIONS } from './types.ts'

type Texts = Record<string, unknown>

const textAt = (texts: Texts, key: string): unknown =>
  key.split('.').reduce<unknown>((inner, part) => (inner as Texts | undefined)?.[part], texts)

it.each([
  ['English', en],
  ['Malay', ms],
])('every right has a name of its own in %s', (_, texts) => {
  const names = PERMISSIONS.map((right) => [right, textAt(texts as Texts, rightKey(right))] as const)
  expect(names.filter(([, name]) => typeof name !== 'string').map(([right]) => right)).toEqual([])
  expect(new Set(names.map(([, name]) => name)).size).toBe(PERMISSIONS.length)
})
