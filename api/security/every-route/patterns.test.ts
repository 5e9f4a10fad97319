import { afterAll, beforeAll, expect, it } from 'vitest'
import type { z } from 'zod'
import { parseQuery } from '../../http/query.ts'
import { startTestApi, type TestApi } from '../../http/testing.ts'
import { type Shape, shapeOf } from '../shapes/testing.ts'

const LENGTH = 100_000
/** A pattern that backtracks needs years for these; a busy machine needs milliseconds. */
const WITHIN_MS = 3000
const WORST = [
  'a',
  '0',
  ' ',
  '-',
  '.',
  '@',
  'a.',
  '1-',
  'a@',
  ' a',
  '(',
  '+6',
  '\t\n',
  '%20',
  'é',
  '李',
].flatMap((part) => {
  const run = part.repeat(LENGTH / part.length)
  return [run, `${run}!`, `!${run}`]
})

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.close())

/** The places of a shape that take a text, each as a way to put one there. */
function places(shape: Shape): ((text: string) => unknown)[] {
  const choices = shape.anyOf ?? shape.oneOf ?? []
  const own = choices.flatMap(places)
  if (shape.type === 'string') own.push((text) => text)
  if (shape.items !== undefined) own.push(...places(shape.items).map((put) => (text: string) => [put(text)]))
  for (const [name, part] of Object.entries(shape.properties ?? {}))
    own.push(...places(part).map((put) => (text: string) => ({ [name]: put(text) })))
  return own
}

it('no check of any field takes long, whatever 100 kB it is given', () => {
  let judged = 0
  for (const route of api.app.routes)
    for (const schema of [route.body, route.query, route.params] as (z.ZodType | undefined)[]) {
      if (schema === undefined) continue
      for (const put of places(shapeOf(schema, 'input')))
        for (const text of WORST) {
          const startedAt = performance.now()
          schema.safeParse(put(text))
          judged += 1
          expect(performance.now() - startedAt, `${route.path} ${text.slice(0, 4)}`).toBeLessThan(WITHIN_MS)
        }
    }
  expect(judged).toBeGreaterThan(10_000)
}, 180_000)

it('nor does the reading of an address', () => {
  for (const text of WORST) {
    const startedAt = performance.now()
    try {
      parseQuery(text)
    } catch {
      // refused is as good
    }
    expect(performance.now() - startedAt).toBeLessThan(WITHIN_MS)
  }
})
