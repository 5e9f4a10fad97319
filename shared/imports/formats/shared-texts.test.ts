import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { MAX_TEXTS_IN_MEMORY } from './limits.ts'
import { SharedTexts } from './shared-texts.ts'
import { testFolder } from './testing.ts'

let folder: Awaited<ReturnType<typeof testFolder>>
beforeAll(async () => {
  folder = await testFolder()
})
afterAll(() => folder.remove())

const BEYOND = 60_000
const TOTAL = MAX_TEXTS_IN_MEMORY + BEYOND

/** Short ones, empty ones, ones of other scripts, and now and then one longer than a block of the file. */
function textOf(n: number): string {
  if (n % 1000 === 7) return ''
  if (n % 20_000 === 11) return `long ${n} ${'ß'.repeat(20_000)}`
  return n % 3 === 0 ? `சிவா ${n}` : `text ${n}`
}

it('gives every text back, those in memory and those in the file, in any order, and leaves nothing', async () => {
  const texts = new SharedTexts(folder.dir)
  for (let n = 0; n < TOTAL; n++) texts.add(textOf(n))
  texts.finish()
  expect(texts.count).toBe(TOTAL)
  const asked = [0, MAX_TEXTS_IN_MEMORY - 1, MAX_TEXTS_IN_MEMORY, TOTAL - 1]
  for (let i = 0; i < 20_000; i++) asked.push((i * 7_368_787) % TOTAL)
  for (let n = MAX_TEXTS_IN_MEMORY; n < MAX_TEXTS_IN_MEMORY + 20_000; n++) asked.push(n)
  const wrong = asked.filter((n) => texts.get(n) !== textOf(n))
  expect(wrong).toEqual([])
  expect([texts.get(TOTAL), texts.get(-1), texts.get(Number.NaN)]).toEqual([undefined, undefined, undefined])
  texts.close()
  expect(await readdir(folder.dir)).toEqual([])
})
