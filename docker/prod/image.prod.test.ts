import { spawnSync } from 'node:child_process'
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../shared/testing/processes.ts'
import { ROOT, read, sentToBuild } from '../testing.ts'
import { type ProductionSystem, type Spawned, start, startProduction, until } from './testing.ts'

/** The image's steps in an empty folder: /app of the build stage, and /app of the image. */
const home = mkdtempSync(join(tmpdir(), 'clinic-image-'))
const build = join(home, 'build')
const app = join(home, 'app')
const NODE_USER = 1000
let system: ProductionSystem

const env = { PATH: process.env.PATH ?? '', HOME: home }
const step = (cwd: string, file: string, args: string[]) => {
  const { status, stdout, stderr } = spawnSync(file, args, { cwd, env, encoding: 'utf8' })
  expect([file, args, status, status === 0 ? '' : stdout + stderr]).toEqual([file, args, 0, ''])
}

/** What .dockerignore lets into the build: folders named there, without tests and built files. */
function copyContext() {
  const isSent = sentToBuild()
  const ignore = read('.dockerignore').split('\n')
  const named = ignore.filter((line) => line.startsWith('!')).map((line) => line.slice(1))
  for (const name of named) {
    cpSync(join(ROOT, name), join(build, name), {
      recursive: true,
      filter: (file) => isSent(file.slice(ROOT.length)),
    })
  }
}

beforeAll(async () => {
  mkdirSync(build)
  copyContext()
  step(build, 'sh', ['docker/image/build.sh'])
  mkdirSync(app)
  for (const name of ['package.json', 'package-lock.json', '.npmrc'])
    cpSync(join(build, name), join(app, name))
  cpSync(join(build, 'docker/image'), join(app, 'docker/image'), { recursive: true })
  step(app, 'sh', ['docker/image/packages.sh'])
  cpSync(join(build, 'dist'), join(app, 'dist'), { recursive: true })
  rmSync(build, { recursive: true })
  system = await startProduction({ RATE_LIMIT_GENERAL_PER_HOUR: '0' })
}, 600_000)
afterAll(async () => {
  await system?.stop()
  rmSync(home, { recursive: true, force: true })
})

interface Bill {
  components: { group?: string; name: string; version: string }[]
}
/** The package.json of a package itself, not of a folder within one. */
const PACKAGE = /(^|\/node_modules\/)(@[^/]+\/)?[^/@]+\/package\.json$/

const files = (folder: string) => readdirSync(join(app, folder), { recursive: true }).map(String)

describe('the image’s own folder', () => {
  it('holds no compiler, no development package, no test and no source', () => {
    for (const name of [
      'typescript',
      '@typescript',
      'vite',
      'vitest',
      '@biomejs',
      'playwright-core',
      'esbuild',
    ])
      expect([name, existsSync(join(app, 'node_modules', name))]).toEqual([name, false])
    const dist = files('dist')
    expect(dist).toContain('api/main.js')
    expect(dist).toContain('workers/cli/main.js')
    expect(dist).toContain('shared/medications/formulary.csv')
    expect(dist.filter((file) => /\.test\.js$|(^|\/)testing|\.ts$|\.map$|^bench/.test(file))).toEqual([])
  })

  it('has a bill of materials that names every package in it', () => {
    const bill = JSON.parse(readFileSync(join(app, 'dist/sbom.cdx.json'), 'utf8')) as Bill
    const named = new Set(bill.components.map(({ group, name, version }) => [group, name, version].join(' ')))
    const there = files('node_modules').filter((file) => PACKAGE.test(file))
    const missing = there.filter((file) => {
      const { name, version } = JSON.parse(readFileSync(join(app, 'node_modules', file), 'utf8'))
      const [group, short] = name.startsWith('@') ? name.split('/') : [undefined, name]
      return !named.has([group, short, version].join(' '))
    })
    expect(there.length).toBeGreaterThan(100)
    expect(missing).toEqual([])
  })

  it('is small', () => {
    const bytes = ['dist', 'node_modules'].flatMap((folder) =>
      files(folder).map((file) => statSync(join(app, folder, file)).size),
    )
    const mb = bytes.reduce((sum, size) => sum + size, 0) / 1024 ** 2
    console.warn(`image: ${mb.toFixed(0)} MB of our own files and packages`)
    expect(mb).toBeLessThan(180)
  })

  it('loads every module it has without anything from the build', () => {
    for (const part of ['api', 'worker']) {
      const { status, stdout, stderr } = spawnSync(process.execPath, ['docker/image/warm.mjs', part], {
        cwd: app,
        env: { ...env, NODE_ENV: 'production', NODE_COMPILE_CACHE: join(home, 'cache') },
        encoding: 'utf8',
      })
      expect([part, status, status === 0 ? '' : stdout + stderr]).toEqual([part, 0, ''])
    }
    // Node 20 has no compile cache; the image's Node has
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
    if (major > 22 || (major === 22 && minor >= 1)) expect(readdirSync(join(home, 'cache'))).not.toEqual([])
  })
})

describe('a process from it', () => {
  const isRoot = process.getuid?.() === 0
  const command = (stage: string) => {
    const text = read('docker/Dockerfile').split(` AS ${stage}\n`)[1] ?? ''
    return (JSON.parse(/^CMD (\[.*\])$/m.exec(text)?.[1] ?? '[]') as string[]).slice(1)
  }
  let running: Spawned[] = []

  afterAll(async () => {
    await Promise.all(running.map((each) => each.stop()))
  })

  it('serves as a plain user over files it cannot write, within its heap limit', async () => {
    const data = join(home, 'data')
    mkdirSync(data)
    if (isRoot) {
      chownSync(data, NODE_USER, NODE_USER)
      for (const path of [home, system.dir, system.secrets]) spawnSync('chmod', ['-R', 'a+rX', path])
    }
    spawnSync('chmod', ['-R', 'a-w', join(app, 'dist'), join(app, 'node_modules')])
    for (const [service, port, health] of [
      ['api', 'PORT', 'INTERNAL_PORT'],
      ['worker', 'WORKER_PORT', 'WORKER_PORT'],
    ] as const) {
      const ports = { [port]: String(await freePort()), [health]: String(await freePort()) }
      const settings = {
        ...system.envOf(service),
        DATA_DIR: data,
        HOST: '127.0.0.1',
        ...ports,
        PATH: env.PATH,
      }
      // setpriv is part of every Debian: another user, no capability, no way to get one
      const asUser = [
        '--reuid',
        String(NODE_USER),
        '--regid',
        String(NODE_USER),
        '--clear-groups',
        '--no-new-privs',
        '--bounding-set=-all',
        '--inh-caps=-all',
      ]
      const node = [process.execPath, ...command(service)]
      const child = isRoot
        ? start('setpriv', [...asUser, ...node], settings, app)
        : start(node[0] as string, node.slice(1), settings, app)
      running = [...running, child]
      const live = async () => (await fetch(`http://127.0.0.1:${ports[health]}/livez`)).ok
      await until(`${service} lives`, live, child, 60_000)
      const ready = async () => (await fetch(`http://127.0.0.1:${ports[health]}/readyz`)).ok
      await until(`${service} is ready`, ready, child)
      // the health check of the image, by the image's own file
      const check = spawnSync(process.execPath, ['docker/image/healthy.mjs', String(ports[health])], {
        cwd: app,
        env,
      })
      expect(check.status).toBe(0)
      const status = readFileSync(`/proc/${child.child.pid}/status`, 'utf8')
      if (isRoot) {
        expect(/^Uid:\t(\d+)/m.exec(status)?.[1]).toBe(String(NODE_USER))
        expect(/^CapEff:\t(\w+)/m.exec(status)?.[1]).toBe('0000000000000000')
        expect(/^NoNewPrivs:\t(\d)/m.exec(status)?.[1]).toBe('1')
      }
      const residentMb = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024
      expect(residentMb).toBeLessThan(300)
    }
  })

  it('ends by itself in order when asked to', async () => {
    for (const child of running) {
      child.child.kill('SIGTERM')
      expect([await child.ended, child.output().includes('uncaught')]).toEqual([0, false])
      // what `logs -f` shows: one JSON object a line and nothing else
      const lines = child.output().trim().split('\n')
      expect(lines.length).toBeGreaterThan(1)
      for (const line of lines)
        expect(JSON.parse(line)).toMatchObject({
          level: 'info',
          time: expect.any(String),
          service: expect.any(String),
        })
    }
    running = []
  })

  it('has a health check that fails where nobody answers', async () => {
    const { status } = spawnSync(process.execPath, ['docker/image/healthy.mjs', String(await freePort())], {
      cwd: app,
      env,
    })
    expect(status).toBe(1)
  })
})
