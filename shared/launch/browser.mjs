// The browser of the end-to-end tests: Debian's, installed where that is allowed, else unpacked.
import path from 'node:path'
import { fault, say } from './env.mjs'
import { canUnpack, libraryEnv, unpackedSet, unpackSet } from './packages.mjs'
import { findExecutable, run } from './run.mjs'

const NAMES = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome']
const UNPACKED = 'usr/lib/chromium/headless_shell'

/** Path of a browser and the environment it needs: `{chromium, env}`. */
export async function findBrowser() {
  const given = process.env.CHROMIUM_PATH || findExecutable(NAMES)
  if (given) return { chromium: given, env: {} }
  if (!canUnpack()) throw fault('No Chromium was found. Install one and set CHROMIUM_PATH.')
  if (process.getuid?.() === 0 && !unpackedSet('browser')) {
    say('installing chromium-headless-shell')
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    await run('apt-get', ['-qq', 'update'], { quiet: true, mayFail: true })
    const install = ['-qq', 'install', '-y', '--no-install-recommends', NAMES[0], 'fonts-liberation']
    await run('apt-get', install, { quiet: true, mayFail: true, env })
    const installed = findExecutable(NAMES)
    if (installed) return { chromium: installed, env: {} }
  }
  const dir = await unpackSet('browser')
  const { LD_LIBRARY_PATH } = libraryEnv(dir)
  return { chromium: path.join(dir, UNPACKED), env: { LD_LIBRARY_PATH } }
}
