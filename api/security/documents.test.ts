import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const read = (path: string) => readFileSync(path, 'utf8')
const numbered = (letter: string, from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, n) => `${letter}${String(from + n).padStart(2, '0')}`)

/** Each page with the checks it must have, and what it may say of one. */
const PAGES = {
  'docs/security-checks.md': {
    numbers: [...numbered('S', 1, 75), ...'ABCDEFGHIJK'],
    states: /^(held|partly|not here|not held)$/,
  },
  'docs/faults.md': {
    numbers: [...Array.from({ length: 14 }, (_, n) => `INV-${n + 1}`), ...numbered('F', 1, 99)],
    states: /^(tested|partly|not tested|not here)$/,
  },
}

describe.each(Object.entries(PAGES))('%s', (page, { numbers, states }) => {
  const rows = read(page)
    .split('\n')
    .filter((line) => /^\| (INV-\d+|[SF]\d\d|[A-K]) \|/.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )

  it('speaks of each check once, in its order', () => {
    expect(rows.map(([number]) => number)).toEqual(numbers)
  })

  it('says of each what holds it, or plainly that nothing does', () => {
    for (const [number, , state, by] of rows) {
      expect(state, number).toMatch(states)
      if (state !== 'not tested') expect(by, number).not.toBe('')
      if (/^(held|tested)$/.test(state ?? '')) expect(by, number).toMatch(/`[\w./-]+\.test\.tsx?`|\]\(/)
    }
  })

  it('names only tests that exist, by their titles', () => {
    const missing: string[] = []
    let named = 0
    for (const [number, , , by = ''] of rows)
      for (const [, file = '', title] of by.matchAll(
        /`([\w./-]+\.(?:ts|tsx|mjs|md|json|sh))`(?: "([^"]+)")?/g,
      )) {
        named += 1
        if (!existsSync(file)) missing.push(`${number}: ${file}`)
        else if (title !== undefined && !["'", '`'].some((mark) => read(file).includes(mark + title)))
          missing.push(`${number}: ${file} "${title}"`)
      }
    expect(named).toBeGreaterThan(numbers.length / 2)
    expect(missing).toEqual([])
  })
})
