import { existsSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ROOT, read } from './testing.ts'

interface DashboardsModule {
  DASHBOARDS: Record<string, unknown>
  dashboard(name: string): object
}
const tool = (file: string) => import(new URL(`./tools/${file}`, import.meta.url).href)
const load = async (): Promise<DashboardsModule> => ({
  ...(await tool('dashboard-table.mjs')),
  ...(await tool('dashboards.mjs')),
})

describe('alerts', () => {
  const rules = read('docker/prometheus/rules.yml')
  const names = [...rules.matchAll(/alert: (\w+)/g)].map(([, name]) => name as string)

  it('watch what was promised', () => {
    for (const name of [
      ...['SiteDown', 'ApiDown', 'WorkerDown', 'DatabaseDown', 'RedisDown', 'ErrorRateHigh', 'AnswersSlow'],
      ...['JobQueueStuck', 'OldestJobWaits', 'DiskFilling', 'MemoryHigh', 'BackupNotProven'],
      ...['CertificateEnding', 'SignInsFailing'],
    ])
      expect(names).toContain(name)
    expect(new Set(names).size).toBe(names.length)
  })

  it('name a chapter of the runbook that exists, and that chapter names them', () => {
    const page = read('docs/operations/alerts.md')
    const chapters = new Map(
      page
        .split(/^## /m)
        .slice(1)
        .map((text) => [
          (text.split('\n')[0] ?? '')
            .toLowerCase()
            .replace(/[^\w -]/g, '')
            .replaceAll(' ', '-'),
          text,
        ]),
    )
    for (const block of rules.split('- alert: ').slice(1)) {
      const name = block.split('\n')[0] as string
      const anchor = /alerts\.md#([\w-]+)/.exec(block)?.[1] ?? ''
      expect([name, chapters.get(anchor)?.includes(name)]).toEqual([name, true])
    }
  })

  it('are each made to fire by a test of promtool', () => {
    const tests = read('docker/prometheus/rules.test.yml')
    for (const name of names) expect(tests).toContain(`alertname="${name}"`)
  })
})

describe('dashboards', () => {
  it('are what their table says', async () => {
    const { DASHBOARDS, dashboard } = await load()
    const files = readdirSync(`${ROOT}docker/grafana/dashboards`).sort()
    expect(files).toEqual(
      Object.keys(DASHBOARDS)
        .map((name) => `${name}.json`)
        .sort(),
    )
    for (const name of Object.keys(DASHBOARDS)) {
      const stored = JSON.parse(read(`docker/grafana/dashboards/${name}.json`)) as object
      expect(stored).toEqual(JSON.parse(JSON.stringify(dashboard(name))))
    }
  })
})

it('the stack for several machines is the one derived from the compose file', async () => {
  const { stackOf } = (await import(new URL('./tools/stack.mjs', import.meta.url).href)) as {
    stackOf(text: string): string
  }
  expect(existsSync(`${ROOT}docker/stack.yml`)).toBe(true)
  expect(read('docker/stack.yml')).toBe(stackOf(read('docker-compose.prod.yml')))
})
