import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'

interface Supervised {
  restart(): Promise<void>
  stop(): Promise<void>
}
interface Ending {
  name: string
  code: number | null
  lines: string[]
}
type Supervise = (options: {
  name: string
  args: string[]
  env: NodeJS.ProcessEnv
  show: (line: string) => void
  onStart?: (pid: number) => void
  onGiveUp: (end: Ending) => void
}) => Supervised

const { supervise } = (await import(new URL('./supervise.mjs', import.meta.url).href)) as {
  supervise: Supervise
}

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'clinic-supervise-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

function start(code: string) {
  const file = join(dir, 'child.mjs')
  writeFileSync(file, code)
  const pids: number[] = []
  const lines: string[] = []
  let child: Supervised | undefined
  const gaveUp = new Promise<Ending>((onGiveUp) => {
    child = supervise({
      name: 'probe',
      args: [file],
      env: process.env,
      show: (line) => lines.push(line),
      onStart: (pid) => pids.push(pid),
      onGiveUp,
    })
  })
  const until = async (done: () => boolean) => {
    while (!done()) await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return { child: child as unknown as Supervised, pids, lines, gaveUp, until }
}

const LIVE = "console.log('up'); setInterval(() => {}, 1000)"
const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

it('starts a killed child again, and ends it when told', async () => {
  const { child, pids, lines, until } = start(LIVE)
  await until(() => lines.length === 1)
  process.kill(pids[0] as number, 'SIGKILL')
  await until(() => pids.length === 2)
  await child.stop()
  expect(pids.filter(isAlive)).toEqual([])
  expect(lines[1]).toContain('SIGKILL')
})

it('restarts without counting a death or leaving a second child', async () => {
  const { child, pids, lines, until } = start(LIVE)
  for (let round = 1; round <= 6; round++) {
    await until(() => lines.length === round)
    await child.restart()
  }
  await until(() => lines.length === 7)
  expect(pids.filter(isAlive)).toEqual([pids.at(-1)])
  await child.stop()
  expect(lines.every((line) => line.endsWith('up'))).toBe(true)
})

it('gives up at once when the settings are wrong, with the last lines', async () => {
  const { gaveUp, pids } = start("console.error('PORT: wrong'); process.exit(78)")
  expect(await gaveUp).toMatchObject({ name: 'probe', code: 78, lines: ['PORT: wrong'] })
  expect(pids).toHaveLength(1)
})

it('gives up at the fifth death within a minute', { timeout: 30_000 }, async () => {
  const { gaveUp, pids } = start('process.exit(3)')
  expect((await gaveUp).code).toBe(3)
  expect(pids).toHaveLength(5)
})
