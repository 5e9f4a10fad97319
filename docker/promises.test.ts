import { existsSync } from 'node:fs'
import { expect, it } from 'vitest'
import { ROOT, read } from './testing.ts'

const page = read('docs/promises.md')
const rows = page.split('\n').filter((line) => /^\| (\d|T\d)/.test(line))

it('speaks of each of the 62 promises and the four troubles, once', () => {
  const numbers = rows.map((row) => row.split('|')[1]?.trim() ?? '')
  expect(numbers).toEqual([...Array.from({ length: 62 }, (_, i) => String(i + 1)), 'T1–T4'])
})

it('names only tests, files and pages that exist', () => {
  const files = [...page.matchAll(/`((?:api|workers|shared|web|docker)\/[\w./*-]+\.(?:ts|tsx|mjs))`/g)].map(
    ([, file]) => file as string,
  )
  const pages = [...page.matchAll(/\]\((operations\/[\w-]+\.md)\)/g)].map(([, file]) => `docs/${file}`)
  expect(files.length).toBeGreaterThan(40)
  const missing = [...files, ...pages].filter((file) =>
    file.includes('*')
      ? existsSync(`${ROOT}${file.slice(0, file.indexOf('*'))}`) === false
      : !existsSync(`${ROOT}${file}`),
  )
  expect(missing).toEqual([])
})

it('says of each what holds it, or plainly that nothing does', () => {
  for (const row of rows.slice(0, 62))
    expect(row.split('|')[3]?.trim()).toMatch(/^(tested|kept|partly|not yet|instead)/)
})
