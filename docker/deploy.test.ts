import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { ROOT } from './testing.ts'

const home = mkdtempSync(join(tmpdir(), 'clinic-deploy-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

/** Runs the script with programs that stand for docker and docker-compose: they write down what they are told. */
function deploy(name: string, args: string[], health: string) {
  const dir = join(home, name)
  mkdirSync(dir)
  const said = join(dir, 'said')
  const settings = join(dir, 'env')
  writeFileSync(settings, 'DOMAIN=clinic.example\nVERSION=1.0.0\n')
  const program = (file: string, body: string) => {
    writeFileSync(join(dir, file), `#!/bin/sh\necho "${file} $*" >>${said}\n${body}\n`)
    chmodSync(join(dir, file), 0o755)
  }
  program('docker', `case $1 in inspect) echo ${health} ;; esac`)
  program(
    'docker-compose',
    `case "$*" in *"ps -q"*) echo old; if grep -q scale ${said}; then echo new; fi ;; *migrate*) exit \${MIGRATE_STATUS:-0} ;; esac`,
  )
  const { status, stderr } = spawnSync('sh', [`${ROOT}docker/tools/deploy.sh`, ...args], {
    env: {
      PATH: `${dir}:${process.env.PATH ?? ''}`,
      ENV_FILE: settings,
      HEALTHY_WITHIN_S: '1',
      KNOWN_AFTER_S: '0',
      ...(name === 'migration-fails' ? { MIGRATE_STATUS: '1' } : {}),
    },
    encoding: 'utf8',
  })
  const calls = (() => {
    try {
      return readFileSync(said, 'utf8').trim().split('\n')
    } catch {
      return []
    }
  })()
  return { status, stderr, calls, settings: readFileSync(settings, 'utf8') }
}

const at = (calls: string[], pattern: RegExp) => calls.findIndex((call) => pattern.test(call))

describe('deploying a version', () => {
  it('migrates, starts the new beside the old, and ends the old only when the new is healthy', () => {
    const { status, calls, settings } = deploy('good', ['1.1.0'], 'healthy')
    expect(status).toBe(0)
    const order = [
      /run --rm --no-deps migrate/,
      /--scale api=2 api/,
      /inspect .* new/,
      /stop -t 30 old/,
      /rm old/,
      /up -d --no-deps worker/,
      /up -d --no-deps nginx/,
    ]
    const places = order.map((pattern) => at(calls, pattern))
    expect(places).toEqual([...places].sort((a, b) => a - b))
    expect(places).not.toContain(-1)
    expect(settings).toBe('DOMAIN=clinic.example\nVERSION=1.1.0\n')
  })

  it('takes the new away again when it does not become healthy, and the old serves on', () => {
    const { status, stderr, calls, settings } = deploy('sick', ['1.1.0'], 'starting')
    expect(status).toBe(1)
    expect(stderr).toContain('did not become healthy')
    expect(at(calls, /docker rm -f new/)).toBeGreaterThan(0)
    expect(calls.filter((call) => /\bold\b/.test(call))).toEqual([])
    expect(calls.filter((call) => /worker|nginx/.test(call))).toEqual([])
    expect(settings).toContain('VERSION=1.0.0')
  })

  it('starts nothing when a migration fails, and takes no strange version', () => {
    const failed = deploy('migration-fails', ['1.1.0'], 'healthy')
    expect([failed.status === 0, failed.calls.length]).toEqual([false, 1])
    const strange = deploy('strange', ['1.0;reboot'], 'healthy')
    expect([strange.status, strange.calls]).toEqual([2, []])
  })
})
