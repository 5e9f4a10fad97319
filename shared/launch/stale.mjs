// What must be built again: names, sizes and times of the sources against those of the last build.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { root } from './env.mjs'

const SKIPPED = new Set(['node_modules', 'dist', '.git', '.data', 'screenshots'])

/** Every file under a folder (or the file itself), as paths relative to the checkout. */
export function filesUnder(relative, accept = () => true) {
  const absolute = path.join(root, relative)
  if (!existsSync(absolute)) return []
  if (!statSync(absolute).isDirectory()) return accept(relative) ? [relative] : []
  return readdirSync(absolute, { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.has(entry.name)) return []
    const inner = path.posix.join(relative, entry.name)
    if (entry.isDirectory()) return filesUnder(inner, accept)
    return accept(inner) ? [inner] : []
  })
}

/** Text that changes when a source is added, removed or written. */
export function fingerprint(files) {
  const hash = createHash('sha256')
  for (const file of [...files].sort()) {
    try {
      const { size, mtimeMs } = statSync(path.join(root, file))
      hash.update(`${file}\0${size}\0${mtimeMs}\n`)
    } catch {
      // A file another process just removed: the next look sees it.
    }
  }
  return hash.digest('hex')
}

/** Whether the stamp a build left differs from the sources' fingerprint now. */
export function isStale(stampFile, current) {
  const file = path.join(root, stampFile)
  return !existsSync(file) || readFileSync(file, 'utf8') !== current
}

/** Leaves the stamp of a build. */
export function writeStamp(stampFile, current) {
  const file = path.join(root, stampFile)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, current)
}
