// The browser of the end-to-end tests: Debian's, installed where that is allowed, else unpacked.
import path from 'node:path'
import { fault, say } from './env.mjs'
import { canUnpack, unpackedSet, unpackSet } from './packages.mjs'
import { findExecutable, run } from './run.mjs'

const NAMES = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome']

/** Path of a browser that can be run. */
export async function findBrowser() {
  const given = process.env.CHROMIUM_PATH || findExecutable(NAMES)
  if (given) return given
  if (!canUnpack()) throw fault('No Chromium was found. Install one and set CHROMIUM_PATH.')
  if (process.getuid?.() === 0 && !unpackedSet('browser')) {
    say('installing chromium-headless-shell')
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    await run('apt-get', ['-qq', 'update'], { quiet: true, mayFail: true })
    const install = ['-qq', 'install', '-y', '--no-install-recommends', NAMES[0], 'fonts-liberation']
    await run('apt-get', install, { quiet: true, mayFail: true, env })
    const installed = findExecutable(NAMES)
    if (installed) return installed
  }
  const dir = await unpackSet('browser')
  return path.join(dir, 'bin', NAMES[0])
}
