// DATA_DIR/state.json (0600): what runs privately, who uses it, its passwords. Written whole, by rename.
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { isAlive, startTicks } from './run.mjs'

const fileOf = (dataDir) => path.join(dataDir, 'state.json')

/** The recorded state: `{passwords, services: {mariadb, jobs, cache}, users, app}`; empty when there is none. */
export function readState(dataDir) {
  try {
    return JSON.parse(readFileSync(fileOf(dataDir), 'utf8'))
  } catch {
    return {}
  }
}

/** Merges `change` into the state file and returns the result. */
export function writeState(dataDir, change) {
  const state = { ...readState(dataDir), ...change }
  const temporary = `${fileOf(dataDir)}.${process.pid}`
  writeFileSync(temporary, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 })
  renameSync(temporary, fileOf(dataDir))
  return state
}

/** This process as a user of the services. */
export const self = () => ({ pid: process.pid, ticks: startTicks(process.pid) })

/** Users of the services that still live, apart from this process. */
export function otherUsers(state) {
  return (state.users ?? []).filter(
    ({ pid, ticks }) => pid !== process.pid && isAlive(pid) && startTicks(pid) === ticks,
  )
}
