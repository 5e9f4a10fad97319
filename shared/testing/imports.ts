import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'

/** One import of a file: the target as a path from the checkout's folder, or a package's name. */
export interface Import {
  target: string
  /** Erased at compile time. */
  typeOnly: boolean
  /** `import('…')`: loaded later, so it makes no cycle. */
  lazy: boolean
}

/** A source file by its path from the checkout's folder. */
export interface SourceFile {
  path: string
  text: string
  imports: Import[]
}

/** The checkout's folder. */
export const checkout = fileURLToPath(new URL('../..', import.meta.url))
const SKIPPED = new Set(['node_modules', 'dist', 'data', 'results'])

/** Reads every .ts and .tsx file under the folders. */
export function readSources(folders: string[]): SourceFile[] {
  return folders.flatMap((folder) => {
    if (!existsSync(join(checkout, folder))) return []
    return readdirSync(join(checkout, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = posix.join(folder, entry.name)
      if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : readSources([path])
      return /\.tsx?$/.test(entry.name) ? [parseSource(path, readFileSync(join(checkout, path), 'utf8'))] : []
    })
  })
}

const STATIC = /^[ \t]*(?:import|export)\s+(type\s+)?([\w$*\s,{}]+?)\s+from\s+['"]([^'"]+)['"]/gm
const SIDE_EFFECT = /^[ \t]*import\s+['"]([^'"]+)['"]/gm
const LAZY = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g

/** Finds the imports of a text; comments are dropped first, so that an example in one is not an import. */
export function parseSource(path: string, source: string): SourceFile {
  const text = withoutComments(source)
  const imports: Import[] = []
  const add = (specifier: string, typeOnly: boolean, lazy: boolean) =>
    imports.push({ target: resolveTarget(path, specifier), typeOnly, lazy })
  for (const [, type, names, from] of text.matchAll(STATIC)) {
    add(from as string, type !== undefined || onlyTypes(names as string), false)
  }
  for (const [, from] of text.matchAll(SIDE_EFFECT)) add(from as string, false, false)
  for (const [, from] of text.matchAll(LAZY)) add(from as string, false, true)
  return { path, text, imports }
}

/** Comments out, line numbers kept; a `//` inside a text (an address) is not a comment. */
function withoutComments(source: string): string {
  return source
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ''))
    .replace(/(^|\s)\/\/[^\n]*/g, '$1')
}

function onlyTypes(names: string): boolean {
  const list = /^\{([\s\S]*)\}$/.exec(names.trim())?.[1]
  if (list === undefined) return false
  const items = list.split(',').map((name) => name.trim())
  return items.every((name) => name === '' || name.startsWith('type '))
}

function resolveTarget(path: string, specifier: string): string {
  if (specifier.startsWith('.')) return posix.join(dirname(path), specifier)
  const parts = specifier.split('/')
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] as string)
}

/** Every cycle of imports that exist at run time, as the files along it; each is reported once. */
export function findCycles(files: SourceFile[]): string[][] {
  const edges = new Map(
    files.map(({ path, imports }) => [
      path,
      imports.filter(({ typeOnly, lazy }) => !typeOnly && !lazy).map(({ target }) => target),
    ]),
  )
  const cycles: string[][] = []
  const state = new Map<string, 'open' | 'done'>()
  const trail: string[] = []
  const visit = (path: string) => {
    if (state.get(path) === 'done' || !edges.has(path)) return
    if (state.get(path) === 'open') {
      cycles.push([...trail.slice(trail.indexOf(path)), path])
      return
    }
    state.set(path, 'open')
    trail.push(path)
    for (const next of edges.get(path) ?? []) visit(next)
    trail.pop()
    state.set(path, 'done')
  }
  for (const path of edges.keys()) visit(path)
  return cycles
}
