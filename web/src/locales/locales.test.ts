import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { en } from './en.ts'
import { ms } from './ms.ts'

type Texts = { [key: string]: string | Texts }

const SOURCES = join(import.meta.dirname, '..')

/** Every text by its dotted key. */
function flat(texts: Texts, before = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const [key, value] of Object.entries(texts)) {
    const path = before === '' ? key : `${before}.${key}`
    if (typeof value === 'string') found.set(path, value)
    else for (const [inner, text] of flat(value, path)) found.set(inner, text)
  }
  return found
}

/** Malay has one plural form where English has two. */
const base = (key: string): string => key.replace(/_(one|other)$/, '')
const bases = (texts: Map<string, string>): string[] => [...new Set([...texts.keys()].map(base))].sort()
const marks = (text: string): string[] =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)].map((mark) => mark[1] ?? '').sort()

const english = flat(en as Texts)
const malay = flat(ms as Texts)

const sources = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$|testing\.tsx?$/.test(path))
  .map((path) => ({ path, text: readFileSync(join(SOURCES, path), 'utf8') }))
const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|\/\/ .*$/gm, '')

describe('locales', () => {
  it('have the same keys', () => {
    expect(bases(malay)).toEqual(bases(english))
  })

  it('have the same places for values and no empty text', () => {
    for (const [key, text] of malay) {
      expect(text.trim(), key).not.toBe('')
      const other = english.get(key) ?? english.get(`${base(key)}_other`) ?? ''
      expect(marks(text), key).toEqual(marks(other))
    }
  })

  it('hold every key that the page uses', () => {
    const known = new Set(bases(english))
    const used = sources.flatMap(({ path, text }) =>
      [...text.matchAll(/\bt\(\s*(?:'([\w.-]+)'|`([\w.-]+)\.\$\{)/g)].map((use) => ({
        path,
        key: use[1],
        group: use[2],
      })),
    )
    expect(used.length).toBeGreaterThan(100)
    const missing = used.filter(({ key, group }) =>
      key === undefined ? ![...known].some((one) => one.startsWith(`${group}.`)) : !known.has(key),
    )
    expect(missing).toEqual([])
  })

  it('leave no text hard-coded in the page', () => {
    const between = /(?<!=)>\s*([A-Za-z][^<>{}=;()]*?)\s*(?:<\/|\{)/g
    const attributes = /\s(?:aria-label|title|label|placeholder|alt|description)="([^"]*[A-Za-z][^"]*)"/g
    /** The format of a day is the same in both languages. */
    const allowed = new Set(['DD/MM/YYYY'])
    const found = sources
      .filter(({ path }) => path.endsWith('.tsx'))
      .flatMap(({ path, text }) => {
        const code = withoutComments(text)
        return [...code.matchAll(between), ...code.matchAll(attributes)].map((hit) => `${path}: ${hit[1]}`)
      })
      .filter((hit) => !allowed.has(hit.split(': ')[1] ?? ''))
    expect(found).toEqual([])
  })
})
