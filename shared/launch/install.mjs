// npm packages: installed when missing or not those of the lock file.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { root, say } from './env.mjs'
import { withLock } from './lock.mjs'
import { run } from './run.mjs'

const lockFile = path.join(root, 'package-lock.json')
const installedFile = path.join(root, 'node_modules/.package-lock.json')
const stampFile = path.join(root, 'node_modules/.clinic-lock-hash')

/** Runs `npm ci` unless what is installed is what the lock file says. */
export async function ensurePackages() {
  if (upToDate()) return
  await withLock(path.join(root, '.data', 'install.lock'), async () => {
    if (upToDate()) return
    if (!matches()) {
      say('installing npm packages (npm ci)')
      await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
    }
    writeFileSync(stampFile, lockHash())
  })
}

const lockHash = () => createHash('sha256').update(readFileSync(lockFile)).digest('hex')

const upToDate = () => existsSync(stampFile) && readFileSync(stampFile, 'utf8') === lockHash()

/** Compares versions, not times: a lock file only touched must not delete node_modules under a running system. */
function matches() {
  if (!existsSync(installedFile)) return false
  const wanted = JSON.parse(readFileSync(lockFile, 'utf8')).packages
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages
  return Object.entries(wanted).every(([name, { version, optional, link }]) => {
    const present = installed[name]
    // Optional ones are packages of other platforms.
    if (!present) return name === '' || optional || link
    return present.version === version
  })
}
