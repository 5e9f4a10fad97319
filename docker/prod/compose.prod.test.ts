import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT, read, readCompose } from '../testing.ts'
import { toolSet } from './testing.ts'

let run: (args: string[], env?: Record<string, string>) => { status: number | null; out: string; err: string }
const dir = mkdtempSync(join(tmpdir(), 'clinic-compose-'))

beforeAll(async () => {
  const { dir: tools, env } = await toolSet('compose')
  // Debian's Python finds the unpacked modules beside its own
  const python = { ...env, PYTHONPATH: `${tools}/usr/lib/python3/dist-packages` }
  const file = `${ROOT}docker-compose.prod.yml`
  run = (args, extra = {}) => {
    const all = [`${tools}/usr/bin/docker-compose`, '-f', file, ...args]
    const { status, stdout, stderr } = spawnSync('/usr/bin/python3', all, {
      env: { ...python, ...extra },
      encoding: 'utf8',
      cwd: dir,
    })
    return { status, out: stdout, err: stderr }
  }
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** Reads YAML as docker-compose does, with Python. */
function asPythonReads(text: string): unknown {
  const code = 'import json,sys,yaml; print(json.dumps(yaml.safe_load(sys.stdin.read())))'
  const { stdout, stderr } = spawnSync('/usr/bin/python3', ['-c', code], { input: text, encoding: 'utf8' })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout)
}

describe('docker-compose', () => {
  it('accepts the file, with the template as its settings too', () => {
    const plain = run(['config'])
    expect([plain.status, plain.err]).toEqual([0, expect.not.stringMatching(/ERROR|WARNING/)])
    writeFileSync(join(dir, 'settings'), read('.env.prod'))
    const filled = run(['--env-file', join(dir, 'settings'), 'config'])
    expect(filled.status).toBe(0)
    expect(filled.out).toContain('DOMAIN: clinic.example')
    expect(filled.out).toContain('PUBLIC_URL: https://clinic.example')
  })

  it('reads what our own reader reads', async () => {
    expect(await readCompose()).toEqual(asPythonReads(read('docker-compose.prod.yml')))
  })
})

const hasClient = spawnSync('docker', ['--version']).status === 0

describe('docker stack', () => {
  it.runIf(hasClient)('accepts the file for several machines', () => {
    const { status, stderr, stdout } = spawnSync(
      'docker',
      ['stack', 'config', '-c', `${ROOT}docker/stack.yml`],
      {
        encoding: 'utf8',
      },
    )
    expect([status, stderr]).toEqual([0, ''])
    for (const text of [
      'start-first',
      'failure_action: rollback',
      'endpoint_mode: dnsrr',
      'memory: "536870912"',
    ])
      expect(stdout).toContain(text)
  })
})
