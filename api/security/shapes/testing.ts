import fc from 'fast-check'
import { z } from 'zod'

/** The part of JSON Schema that our schemas turn into. */
export interface Shape {
  type?: string
  const?: unknown
  enum?: unknown[]
  anyOf?: Shape[]
  oneOf?: Shape[]
  allOf?: Shape[]
  items?: Shape
  properties?: Record<string, Shape>
  required?: string[]
  additionalProperties?: Shape | boolean
  pattern?: string
  format?: string
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
}

/** What a schema takes, or what it answers, as JSON Schema without references. */
export const shapeOf = (schema: z.ZodType, io: 'input' | 'output'): Shape =>
  z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline', cycles: 'ref' }) as Shape

/** Values for fields of a name: ids that exist, versions that may be right. */
export type Hints = Readonly<Record<string, readonly unknown[]>>

const MAX_CHARS = 40
const MAX_ITEMS = 3
const MAX_NUMBER = 1_000_000

function textOf({ pattern, format, minLength = 0, maxLength = MAX_CHARS }: Shape): fc.Arbitrary<unknown> {
  if (format === 'date') return fc.constantFrom('2026-11-28', '2024-02-29', '2099-01-05')
  if (format === 'date-time') return fc.constantFrom('2099-01-05T10:00:00+08:00', '2026-11-28T02:00:00.000Z')
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern))
  return fc.string({
    minLength,
    maxLength: Math.max(minLength, Math.min(maxLength, MAX_CHARS)),
    unit: 'grapheme',
  })
}

function numberOf(shape: Shape): fc.Arbitrary<unknown> {
  const { minimum = 0, maximum = MAX_NUMBER, exclusiveMinimum } = shape
  const min = exclusiveMinimum === undefined ? minimum : exclusiveMinimum + 1
  return fc.integer({
    min: Math.max(Math.ceil(min), -MAX_NUMBER),
    max: Math.max(min, Math.min(Math.floor(maximum), MAX_NUMBER)),
  })
}

function recordOf({ properties = {}, required = [] }: Shape, hints: Hints): fc.Arbitrary<unknown> {
  const parts = Object.entries(properties).map(([name, part]) => {
    const any = bodyOf(part, hints)
    const known = hints[name]
    return [
      name,
      known === undefined
        ? any
        : fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: any }),
    ] as const
  })
  return fc.record(Object.fromEntries(parts), { requiredKeys: required })
}

/** Bodies that a shape takes; what only a refinement or a look at the database could refuse is among them. */
export function bodyOf(shape: Shape, hints: Hints): fc.Arbitrary<unknown> {
  const choices = shape.anyOf ?? shape.oneOf ?? shape.allOf
  if (choices !== undefined) return fc.oneof(...choices.map((each) => bodyOf(each, hints)))
  if (shape.const !== undefined) return fc.constant(shape.const)
  if (shape.enum !== undefined) return fc.constantFrom(...shape.enum)
  switch (shape.type) {
    case 'string':
      return textOf(shape)
    case 'integer':
    case 'number':
      return numberOf(shape)
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'array': {
      const { minItems = 0, maxItems = MAX_ITEMS } = shape
      const maxLength = Math.max(minItems, Math.min(maxItems, MAX_ITEMS))
      return fc.array(bodyOf(shape.items ?? {}, hints), { minLength: minItems, maxLength })
    }
    case 'object':
      return recordOf(shape, hints)
    default:
      return fc.jsonValue({ maxDepth: 2 })
  }
}

/** What breaks programs: wrong kinds, edges of numbers, dates and texts, names that objects inherit. */
export const HOSTILE: readonly unknown[] = [
  null,
  true,
  [],
  {},
  [[]],
  '',
  ' ',
  '0',
  '-1',
  '01',
  '1e3',
  '1.5',
  'NaN',
  'null',
  '9223372036854775808',
  '99999999999999999999',
  0,
  -1,
  0.5,
  1e308,
  -0,
  2 ** 53,
  'x'.repeat(5000),
  '\u0000',
  '\ud800',
  '\u202etxet',
  'ü😀李குமார்',
  '2026-02-30',
  '0000-01-01',
  '9999-12-31',
  '2026-11-28T25:00:00Z',
  '+275760-09-13T00:00:00.000Z',
  '24:00',
  "' OR 1=1-- ",
  '%bf%27',
  '`id` desc',
  '{{7*7}}',
  '$(id);id',
  '../../etc/passwd',
  '=cmd|calc!A1',
  '__proto__',
  'constructor',
  { $ne: 1 },
  { toString: 'x', length: -1 },
  ['a', 1, null],
  Array.from({ length: 10_000 }, () => 1),
]

/** A field that no body knows; it must never come back in an answer. */
export const STRANGER = 'CANARYfield'

/** A copy in which one place, found by turning at each level as told, holds something else. */
export function mutated(value: unknown, turns: readonly number[], put: unknown): unknown {
  const [turn, ...rest] = turns
  if (turn === undefined || value === null || typeof value !== 'object') return put
  const keys = Object.keys(value)
  const key = keys[turn % (keys.length + 1)] ?? STRANGER
  if (Array.isArray(value))
    return value.map((each, n) => (String(n) === key ? mutated(each, rest, put) : each))
  return { ...value, [key]: mutated((value as Record<string, unknown>)[key], rest, put) }
}

/** Bodies near one that is taken, with something hostile in one place. */
export const strangeOf = (shape: Shape, hints: Hints): fc.Arbitrary<unknown> =>
  fc
    .tuple(
      bodyOf(shape, hints),
      fc.array(fc.nat(20), { minLength: 0, maxLength: 4 }),
      fc.oneof(fc.constantFrom(...HOSTILE), fc.anything({ maxDepth: 1 })),
    )
    .map(([body, turns, put]) => mutated(body, turns, put))

/** JSON of a value that may be none. */
export function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null'
  } catch {
    return 'null'
  }
}

/** Fields of an answer that its shape does not name, as paths. */
export function strangers(shape: Shape, value: unknown, at = ''): string[] {
  const choices = shape.anyOf ?? shape.oneOf
  if (choices !== undefined) {
    const found = choices.map((each) => strangers(each, value, at))
    return found.sort((a, b) => a.length - b.length)[0] ?? []
  }
  if (Array.isArray(value))
    return value.flatMap((each, n) => strangers(shape.items ?? {}, each, `${at}.${n}`))
  if (typeof value !== 'object' || value === null) return []
  const { properties, additionalProperties = properties === undefined } = shape
  return Object.entries(value).flatMap(([name, part]) => {
    const own = properties?.[name]
    if (own !== undefined) return strangers(own, part, `${at}.${name}`)
    if (typeof additionalProperties === 'object')
      return strangers(additionalProperties, part, `${at}.${name}`)
    return additionalProperties ? [] : [`${at}.${name}`]
  })
}
