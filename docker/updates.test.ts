import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { ROOT, read } from './testing.ts'

const home = mkdtempSync(join(tmpdir(), 'clinic-updates-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

interface Answers {
  audit: string
  outdated: string
  /** What stands for the engine: its script, or none. */
  docker: string | null
}

const QUIET = { audit: '{"vulnerabilities":{}}', outdated: '{}' }
const NOBODY = { message: 'no answer from there', error: { summary: '', detail: '' } }

/** Runs the script with programs that stand for npm and docker, with answers in their form. */
function look(name: string, { audit, outdated, docker }: Answers, args: string[] = []) {
  const dir = mkdtempSync(join(home, `${name}-`))
  const program = (file: string, body: string) => {
    writeFileSync(join(dir, file), `#!/bin/sh\n${body}\n`)
    chmodSync(join(dir, file), 0o755)
  }
  writeFileSync(join(dir, 'audit'), audit)
  writeFileSync(join(dir, 'outdated'), outdated)
  program('npm', `cat "${dir}/$1"; exit 1`)
  program('docker', docker ?? 'exit 1')
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [`${ROOT}docker/tools/updates.mjs`, ...args],
    { env: { PATH: `${dir}:${process.env.PATH ?? ''}` }, encoding: 'utf8' },
  )
  return { status, stdout, stderr }
}

/** An engine whose images stay as they are, but for those whose name matches. */
const engine = (renewed: string) =>
  `case "$1" in pull) for last; do :; done; echo "$last" >>"$0.pulled" ;; image) for last; do :; done; case "$last" in ${renewed}) if grep -qxF "$last" "$0.pulled" 2>/dev/null; then echo new; else echo old; fi ;; *) echo same ;; esac ;; esac`

describe('the weekly look at what is behind', () => {
  it('finds nothing urgent where nothing is', () => {
    const { status, stdout } = look('quiet', { ...QUIET, docker: engine('none') })
    expect([status, stdout]).toEqual([0, expect.stringContaining('nothing urgent was found')])
  })

  it('names packages with known faults, the worst first, and fails for grave ones', () => {
    const of = (name: string, severity: string, fixAvailable: unknown) => ({
      [name]: { name, severity, range: '<2.0.0', fixAvailable, via: [{ title: `Trouble in ${name}` }] },
    })
    const vulnerabilities = {
      ...of('mild', 'low', true),
      ...of('grave', 'critical', { version: '2.0.0' }),
      ...of('open', 'high', false),
    }
    const found = look('faults', {
      ...QUIET,
      audit: JSON.stringify({ vulnerabilities }),
      docker: engine('none'),
    })
    expect(found.status).toBe(1)
    const lines = found.stdout.split('\n').filter((line) => line.includes('Trouble in'))
    expect(lines.map((line) => line.trim().split(/\s{2,}/))).toEqual([
      ['critical', 'grave <2.0.0', '2.0.0', 'Trouble in grave'],
      ['high', 'open <2.0.0', 'no fix yet', 'Trouble in open'],
      ['low', 'mild <2.0.0', 'npm audit fix', 'Trouble in mild'],
    ])
  })

  it('names newer versions of what production runs, and with --all of everything; that alone is not urgent', () => {
    const outdated = JSON.stringify({
      koa: { current: '3.3.0', wanted: '3.3.0', latest: '3.4.0' },
      vitest: { current: '4.1.12', wanted: '4.1.12', latest: '4.2.0' },
    })
    const answers = { ...QUIET, outdated, docker: engine('none') }
    const { status, stdout } = look('outdated', answers)
    expect([status, /koa +3\.3\.0 +3\.4\.0/.test(stdout), stdout.includes('vitest')]).toEqual([
      0,
      true,
      false,
    ])
    expect(look('outdated', answers, ['--all']).stdout).toContain('vitest')
  })

  it('fetches base images anew and says which were rebuilt', () => {
    const { status, stdout } = look('images', { ...QUIET, docker: engine('debian:*') })
    expect(status).toBe(1)
    expect(stdout).toMatch(/debian:\S+ +a newer build was fetched/)
    expect(stdout).not.toMatch(/mariadb:\S+ +a newer build/)
  })

  it('says plainly what could not be asked, and never that all is well', () => {
    const none = JSON.stringify(NOBODY)
    const { status, stdout } = look('offline', { audit: none, outdated: none, docker: null })
    expect(status).toBe(2)
    expect(stdout.match(/COULD NOT ASK/g)).toHaveLength(3)
    expect(stdout).toContain('no answer from there')
    expect(stdout).toContain('no Docker engine answers')
    expect(stdout).toContain('3 of 3 questions had no answer')
    // an old registry that knows no advisories answers something else altogether
    expect(look('strange', { audit: '{}', outdated: 'not json', docker: null }).status).toBe(2)
  })

  it('with the real npm and nobody at the other end: the same', () => {
    const { status, stdout } = spawnSync(process.execPath, [`${ROOT}docker/tools/updates.mjs`], {
      env: {
        PATH: process.env.PATH,
        HOME: home,
        npm_config_registry: 'http://127.0.0.1:9/',
        npm_config_fetch_retries: '0',
      },
      encoding: 'utf8',
    })
    expect(stdout).toMatch(/COULD NOT ASK/)
    expect(status).toBe(2)
  })

  it('knows every image that the stack is made of', async () => {
    const { imagesOf } = (await import(new URL('./tools/updates.mjs', import.meta.url).href)) as {
      imagesOf(dockerfile: string, compose: string): string[]
    }
    const images = imagesOf(read('docker/Dockerfile'), read('docker-compose.prod.yml'))
    for (const name of [
      'node',
      'debian',
      'mariadb',
      'prom/prometheus',
      'grafana/grafana',
      'prom/node-exporter',
    ])
      expect(images.some((image) => image.startsWith(`${name}:`))).toBe(true)
  })
})
