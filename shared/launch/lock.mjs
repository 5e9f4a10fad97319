// A lock between processes: a file holding the owner's pid. Needed where several commands set up the same folder.
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fault, sleep } from './env.mjs'
import { isAlive } from './run.mjs'

const STALE_MS = 15 * 60_000
const POLL_MS = 50

/** Runs `body` while holding `file`; waits for others, takes over from a dead owner. */
export async function withLock(file, body, { waitMs = 10 * 60_000 } = {}) {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  const untilMs = Date.now() + waitMs
  while (!take(file)) {
    if (Date.now() > untilMs) throw fault(`${file} is held by another process; remove it if that is wrong.`)
    await sleep(POLL_MS)
  }
  try {
    return await body()
  } finally {
    rmSync(file, { force: true })
  }
}

function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
  }
  try {
    const owner = Number(readFileSync(file, 'utf8'))
    const ageMs = Date.now() - statSync(file).mtimeMs
    // A fresh empty file is an owner between creating and writing.
    const abandoned = owner ? !isAlive(owner) : ageMs > 5_000
    if (abandoned || ageMs > STALE_MS) {
      // Renamed first, so that of two waiters only one removes it.
      const aside = `${file}.${process.pid}`
      renameSync(file, aside)
      rmSync(aside, { force: true })
    }
  } catch {}
  return false
}
