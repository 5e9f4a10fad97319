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
  /** The living child; null between two lives and after `stop`, so that an end that was asked for is no death. */
  let current = null
  let timer = null

  function note(line) {
    lines.push(line)
    if (lines.length > LINES_KEPT) lines.shift()
    show(`${name.padEnd(6)} | ${line}`)
  }

  function start() {
    // Its own process group: Ctrl-C reaches the launcher alone, which ends things in order.
    const child = spawn(process.execPath, args, {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    current = child
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', note)
    child.once('error', (error) => note(error.message))
    child.once('exit', (code, signal) => {
      if (current === child) died(code, signal)
    })
    onStart?.(child.pid)
  }

  function died(code, signal) {
    current = null
    const now = Date.now()
    deaths = [...deaths.filter((at) => now - at < DEATHS_WITHIN_MS), now]
    if (code === EXIT_SETTINGS_WRONG || deaths.length >= DEATHS_ALLOWED) {
      // The last lines may still be in the pipe.
      setTimeout(() => onGiveUp({ name, code, lines }), 100)
      return
    }
    const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (deaths.length - 1))
    note(`ended unasked (${signal ?? code}); starting again in ${waitMs / 1000} s`)
    timer = setTimeout(start, waitMs)
  }

  /** Takes the child out of supervision and ends it. */
  async function end(graceMs) {
    clearTimeout(timer)
    const child = current
    current = null
    if (child) await endProcess(child.pid, graceMs)
  }

  start()
  return {
    name,
    lines,
    /** Ends the child and starts it again, without counting a death. */
    async restart() {
      await end()
      start()
    },
    stop: end,
  }
}
