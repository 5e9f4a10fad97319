// One child process kept alive: its lines are prefixed, its death is answered by a new start, too many deaths by giving up.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { root } from './env.mjs'
import { endProcess } from './run.mjs'

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 10_000
const DEATHS_ALLOWED = 5
const DEATHS_WITHIN_MS = 60_000
const LINES_KEPT = 30
const EXIT_SETTINGS_WRONG = 78

/**
 * Starts `node <args>` as `name` and keeps it alive. `onGiveUp({name, code, lines})` is called once when it died five
 * times within a minute, or said that its settings are wrong. `show(line)` gets every line it prints.
 */
export function supervise({ name, args, env, show, onStart, onGiveUp }) {
  const lines = []
  let deaths = []
  let child = null
  let timer = null
  let ending = false

  function note(line) {
    lines.push(line)
    if (lines.length > LINES_KEPT) lines.shift()
    show(`${name.padEnd(6)} | ${line}`)
  }

  function start() {
    // Its own process group: Ctrl-C reaches the launcher alone, which ends things in order.
    child = spawn(process.execPath, args, {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', note)
    child.once('error', (error) => note(error.message))
    child.once('exit', died)
    onStart?.(child.pid)
  }

  function died(code, signal) {
    child = null
    if (ending) return
    const now = Date.now()
    deaths = [...deaths.filter((at) => now - at < DEATHS_WITHIN_MS), now]
    if (code === EXIT_SETTINGS_WRONG || deaths.length >= DEATHS_ALLOWED) {
      ending = true
      // The last lines may still be in the pipe.
      setTimeout(() => onGiveUp({ name, code, lines }), 100)
      return
    }
    const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (deaths.length - 1))
    note(`ended unasked (${signal ?? code}); starting again in ${waitMs / 1000} s`)
    timer = setTimeout(start, waitMs)
  }

  start()
  return {
    name,
    lines,
    pid: () => child?.pid,
    /** Ends the child and starts it again, without counting a death. */
    async restart() {
      ending = true
      clearTimeout(timer)
      if (child) await endProcess(child.pid)
      ending = false
      start()
    },
    async stop(graceMs) {
      ending = true
      clearTimeout(timer)
      if (child) await endProcess(child.pid, graceMs)
    },
  }
}
