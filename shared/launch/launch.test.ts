import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const HERE = new URL('./', import.meta.url).href
let dir: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'clinic-launch-test-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

/** Runs a piece of a launcher in a process of its own; `said(text)` waits for it to print that. */
function node(code: string) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', code.replaceAll('#', HERE)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (part) => (output += part))
  return {
    said: async (text: string) => {
      while (!output.includes(text)) {
        if (child.exitCode !== null) throw new Error(`ended without saying ${text}: ${output}`)
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    },
    proceed: () => child.stdin.write('\n'),
    kill: () => child.kill('SIGKILL'),
    ended: once(child, 'exit'),
  }
}

describe('the lock between processes', () => {
  it('lets one in at a time and takes over from a dead owner', async () => {
    const file = join(dir, 'the.lock')
    const trace = join(dir, 'trace')
    const dead = spawn(process.execPath, ['-e', ''])
    await once(dead, 'exit')
    writeFileSync(file, String(dead.pid))
    writeFileSync(trace, '')
    const contender = `
      import { appendFileSync } from 'node:fs'
      import { withLock } from '#lock.mjs'
      await withLock(${JSON.stringify(file)}, async () => {
        appendFileSync(${JSON.stringify(trace)}, 'in ')
        await new Promise((resolve) => setTimeout(resolve, 80))
        appendFileSync(${JSON.stringify(trace)}, 'out ')
      })`
    const contenders = [node(contender), node(contender), node(contender)]
    await Promise.all(contenders.map(({ ended }) => ended))
    expect(readFileSync(trace, 'utf8')).toBe('in out in out in out ')
  })
})

describe('the services of one folder', () => {
  const user = () =>
    node(`
      import { startServices } from '#services.mjs'
      const services = await startServices({ dataDir: ${JSON.stringify(dir)}, env: {} })
      console.log('up')
      process.stdin.once('data', async () => { await services.stop(); process.exit() })`)
  const ports = () => {
    const { services } = JSON.parse(readFileSync(join(dir, 'state.json'), 'utf8'))
    return Object.values(services as Record<string, { port: number }>).map(({ port }) => port)
  }
  const isOpen = (port: number) =>
    new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
      socket.unref()
    })
  const open = async (all: number[]) => (await Promise.all(all.map(isOpen))).filter(Boolean).length

  it('outlive a user that leaves or is killed, and end with the last', async () => {
    const first = user()
    await first.said('up')
    const all = ports()
    expect(all).toHaveLength(3)
    const second = user()
    await second.said('up')
    expect(ports()).toEqual(all)
    first.kill()
    await first.ended
    const third = user()
    await third.said('up')
    expect(ports()).toEqual(all)
    third.proceed()
    await third.ended
    expect(await open(all)).toBe(3)
    second.proceed()
    await second.ended
    expect(await open(all)).toBe(0)
  })
})
