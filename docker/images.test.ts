import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readSources } from '../shared/testing/imports.ts'
import { nodeArgsOf } from '../shared/testing/launcher.ts'
import { ROOT, read, readCompose, sentToBuild } from './testing.ts'

const dockerfile = read('docker/Dockerfile')
const stages = new Map(
  dockerfile
    .split(/^FROM /m)
    .slice(1)
    .map((text) => [/ AS ([\w-]+)/.exec(text)?.[1] ?? '', text]),
)
const stage = (name: string) => stages.get(name) ?? ''

describe('the images', () => {
  it('exist for every service that is built', async () => {
    const { services } = await readCompose()
    for (const { build } of Object.values(services)) {
      if (build !== undefined) expect([...stages.keys()]).toContain(build.target)
    }
  })

  it('start from images with a fixed version and never from latest', () => {
    const bases = [...dockerfile.matchAll(/^ARG \w+_IMAGE=(\S+)/gm)].map(([, image]) => image as string)
    expect(bases).toHaveLength(5)
    for (const image of bases) expect(image).toMatch(/:v?\d+\.\d+\.\d+|:bookworm-slim$/)
    expect(dockerfile).not.toMatch(/:latest/)
    expect(dockerfile).toMatch(/node:24\.\d+\.\d+-bookworm-slim/)
    expect(dockerfile).toMatch(/mariadb:10\.11\.\d+/)
  })

  it('run as a user of their own', () => {
    expect(stage('api')).toMatch(/^USER node$/m)
    expect(stage('worker')).toMatch(/^USER node$/m)
    expect(stage('nginx')).toMatch(/^USER www-data$/m)
    expect(stage('redis')).toMatch(/^USER redis$/m)
  })

  it('start node itself, with the arguments used everywhere else', async () => {
    for (const [kind, file] of [
      ['api', 'dist/api/main.js'],
      ['worker', 'dist/workers/main.js'],
    ] as const) {
      const command = JSON.parse(/^CMD (\[.*\])$/m.exec(stage(kind))?.[1] ?? '[]') as string[]
      expect(command).toEqual(['node', ...(await nodeArgsOf(kind)), file])
    }
  })

  it('hold no npm, keep compiled code, and the worker dumps with the server’s version', () => {
    expect(stage('node')).toMatch(/rm -rf \/usr\/local\/lib\/node_modules/)
    expect(stage('node')).toMatch(/NODE_COMPILE_CACHE=/)
    // the cache is per user: it must be filled after USER
    for (const kind of ['api', 'worker'])
      expect(stage(kind)).toMatch(new RegExp(`USER node\\nRUN node docker/image/warm\\.mjs ${kind}`))
    expect(stage('worker')).toMatch(/mariadb-client/)
    expect(stage('node')).toMatch(/org\.opencontainers\.image\.version/)
  })

  it('copy only what exists, and the build is sent nothing but what it names', () => {
    const ignore = read('.dockerignore').split('\n')
    expect(ignore.find((line) => line !== '' && !line.startsWith('#'))).toBe('*')
    for (const secret of ['.env', 'secrets', 'docker/ssl/*.pem', 'docker/ssl/*.key', '**/node_modules'])
      expect(ignore).toContain(secret)
    const names = readdirSync(`${ROOT}docker`, { recursive: true }).map(String)
    for (const [, source] of dockerfile.matchAll(/^COPY (docker\/\S+)/gm))
      expect(names).toContain((source as string).slice('docker/'.length).replace(/\/$/, ''))
  })

  it('compile from what is sent: no file of theirs imports one that stays outside', () => {
    const isSent = sentToBuild()
    expect(
      ['.env', 'secrets/data-key', 'bench/main.ts', 'docker/testing.ts', 'shared/testing/people.ts'].filter(
        isSent,
      ),
    ).toEqual([])
    const sources = readSources(['api', 'workers', 'shared', 'migrations', 'docker']).filter(({ path }) =>
      isSent(path),
    )
    expect(sources.length).toBeGreaterThan(300)
    const missing = sources.flatMap(({ path, imports }) =>
      imports
        .filter(({ target }) => /\.tsx?$/.test(target) && !isSent(target))
        .map(({ target }) => `${path}: ${target}`),
    )
    expect(missing).toEqual([])
  })
})
