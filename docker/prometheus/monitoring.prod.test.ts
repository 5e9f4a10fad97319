import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { csvOf, person } from '../../shared/testing/people.ts'
import { freePort } from '../../shared/testing/processes.ts'
import { type ProxyProcess, startProxy } from '../nginx/testing.ts'
import {
  type ProductionSystem,
  type Spawned,
  start,
  startProduction,
  toolSet,
  until,
} from '../prod/testing.ts'
import { ROOT, read } from '../testing.ts'

let system: ProductionSystem
let proxy: ProxyProcess
let prometheus: string
let tools: Awaited<ReturnType<typeof toolSet>>
const started: Spawned[] = []

const hostOf = (url: string) => new URL(url).host
const program = (name: string) => `${tools.dir}/usr/bin/${name}`

/** The real configuration, quicker and with the addresses of this test. */
function configuration(addresses: Record<string, string>): string {
  let text = read('docker/prometheus/prometheus.yml')
    .replace(/scrape_interval: 15s/, 'scrape_interval: 1s')
    .replace(/scrape_timeout: 10s/, 'scrape_timeout: 1s')
    .replace(/evaluation_interval: 15s/, 'evaluation_interval: 1s')
  text = text.replace(
    /dns_sd_configs:\n\s+- names: \[(\w+)\]\n\s+type: A\n\s+port: \d+\n\s+refresh_interval: 10s/g,
    (_, name: string) => `static_configs:\n      - targets: ['${addresses[name]}']`,
  )
  for (const [from, to] of Object.entries(addresses)) text = text.replaceAll(`'${from}'`, `'${to}'`)
  return text
    .replace('https://nginx:8443', `https://${addresses.nginx}`)
    .replace('replacement: blackbox-exporter:9115', `replacement: ${addresses.blackbox}`)
}

/** Starts an exporter of Debian on a free port; its older version takes another form of the same settings. */
async function exporter(name: string, args: string[], env: Record<string, string> = {}): Promise<string> {
  const address = `127.0.0.1:${await freePort()}`
  const all = [`--web.listen-address=${address}`, ...args]
  const process = start(program(`prometheus-${name}`), all, { ...tools.env, ...env })
  started.push(process)
  await until(name, async () => (await fetch(`http://${address}/`)).ok, process)
  return address
}

beforeAll(async () => {
  tools = await toolSet('monitoring')
  system = await startProduction({ RATE_LIMIT_GENERAL_PER_HOUR: '0' })
  proxy = await startProxy(system.dir, Number(new URL(system.api.url).port))
  const metrics = new URL(system.secret('database_url_metrics'))
  const redisAt = (name: string) => {
    const { host, password } = new URL(system.secret(name))
    return { addr: `redis://${host}`, password }
  }
  const redis = async (name: string) => {
    const { addr, password } = redisAt(name)
    return exporter('redis-exporter', [`-redis.addr=${addr}`], { REDIS_PASSWORD: password })
  }
  const addresses = {
    api: hostOf(system.api.internalUrl),
    worker: hostOf(system.worker.url),
    'mysqld-exporter:9104': await exporter('mysqld-exporter', [], {
      DATA_SOURCE_NAME: `clinic_metrics:${metrics.password}@(${metrics.host})/`,
    }),
    'redis-exporter:9121': await redis('redis_url'),
    'redis-cache-exporter:9121': await redis('cache_redis_url'),
    'node-exporter:9100': await exporter('node-exporter', []),
    nginx: `127.0.0.1:${proxy.httpsPort}`,
    blackbox: await exporter('blackbox-exporter', [`--config.file=${ROOT}docker/prometheus/blackbox.yml`]),
  }
  const home = join(system.dir, 'prometheus')
  mkdirSync(home)
  writeFileSync(join(home, 'prometheus.yml'), configuration(addresses))
  writeFileSync(join(home, 'rules.yml'), read('docker/prometheus/rules.yml'))
  const listen = `127.0.0.1:${await freePort()}`
  prometheus = `http://${listen}`
  const args = [
    `--config.file=${home}/prometheus.yml`,
    `--storage.tsdb.path=${home}/data`,
    `--web.listen-address=${listen}`,
  ]
  const process = start(program('prometheus'), args, tools.env)
  started.push(process)
  await until('Prometheus', async () => (await fetch(`${prometheus}/-/ready`)).ok, process)
  await someUse()
  await until(
    'everything is scraped',
    async () => (await targets()).every(({ health }) => health === 'up'),
    process,
  )
})
afterAll(async () => {
  await Promise.all(started.map((each) => each.stop()))
  await proxy?.stop()
  await system?.stop()
})

/** A little of everything, so that every kind of series exists: a sign-in, reads, a refusal, an import. */
async function someUse() {
  const { url } = system.api
  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-requested-with': 'clinic', ...headers },
      body: JSON.stringify(body),
    })
  const cookieOf = (answer: Response) => (answer.headers.get('set-cookie') ?? '').split(';', 1)[0] as string
  const currentPassword = system.secret('initial_admin_password')
  const signedIn = await post('/api/auth/login', { username: 'superadmin', password: currentPassword })
  const changed = await post(
    '/api/auth/password',
    { currentPassword, newPassword: 'Monitor-test-7-lantern' },
    { cookie: cookieOf(signedIn) },
  )
  const cookie = cookieOf(changed)
  const form = new FormData()
  form.set('kind', 'patients')
  form.set('file', new Blob([csvOf([1, 2].map((n) => person(n)))]), 'p.csv')
  await fetch(`${url}/api/imports`, {
    method: 'POST',
    headers: { cookie, 'x-requested-with': 'clinic' },
    body: form,
  })
  for (let i = 0; i < 60; i++) {
    await fetch(`${url}/api/medications`, { headers: { cookie } })
    await fetch(`${url}/api/patients/search?query=canary${i}`, { headers: { cookie } })
    await fetch(`${url}/api/patients/${i}99999`, { headers: { cookie } })
    if (i % 10 === 0) await fetch(`${url}/api/auth/me`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

interface Target {
  health: string
  labels: Record<string, string>
  lastError: string
}

const targets = async () =>
  ((await (await fetch(`${prometheus}/api/v1/targets`)).json()) as { data: { activeTargets: Target[] } }).data
    .activeTargets

interface QueryAnswer {
  status: string
  error?: string
  data: { result: { metric: Record<string, string>; value: [number, string] }[] }
}

async function query(expr: string): Promise<QueryAnswer> {
  const address = new URL(`${prometheus}/api/v1/query`)
  address.searchParams.set('query', expr)
  return (await (await fetch(address)).json()) as QueryAnswer
}

describe('rules', () => {
  const promtool = (...args: string[]) =>
    spawnSync(program('promtool'), args, {
      env: tools.env,
      encoding: 'utf8',
      cwd: `${ROOT}docker/prometheus`,
    })

  it('and configuration are accepted by promtool', () => {
    for (const args of [
      ['check', 'rules', 'rules.yml'],
      ['check', 'config', 'prometheus.yml'],
    ]) {
      const { status, stderr, stdout } = promtool(...args)
      expect([args, status, stdout + stderr]).toEqual([args, 0, expect.stringContaining('SUCCESS')])
    }
  })

  it('fire each in its own trouble, and none in a healthy system', () => {
    const { status, stdout, stderr } = promtool('test', 'rules', 'rules.test.yml')
    expect([status, stdout + stderr]).toEqual([0, expect.stringContaining('SUCCESS')])
  })

  it('ask for metrics that exist, and so do dashboards and the pages for the night', async () => {
    const pages = ['alerts', 'high-memory', 'slow-answers', 'database-connections', 'event-streams']
    const text = [
      'docker/prometheus/rules.yml',
      'docker/tools/dashboard-table.mjs',
      ...pages.map((page) => `docs/operations/${page}.md`),
    ]
      .map(read)
      .join('\n')
    const names = new Set(text.match(/\b(clinic|mysql|redis|node|bullmq|nodejs|process|probe)_[a-z0-9_]+/g))
    const known = new Set(
      ((await (await fetch(`${prometheus}/api/v1/label/__name__/values`)).json()) as { data: string[] }).data,
    )
    const isKnown = (name: string) => known.has(name) || known.has(`${name}_count`)
    expect(names.size).toBeGreaterThan(40)
    expect([...names].filter((name) => !isKnown(name))).toEqual([])
  })

  it('are quiet over the running system', async () => {
    const { data } = await query('ALERTS{alertstate="firing"}')
    expect(data.result.map(({ metric }) => metric.alertname)).toEqual([])
  })
})

describe('scraping', () => {
  it('reaches every job of the configuration', async () => {
    const found = await targets()
    expect(new Set(found.map(({ labels }) => labels.job))).toEqual(
      new Set(['api', 'worker', 'mysql', 'redis', 'node', 'site']),
    )
    expect(found.map(({ health, lastError }) => [health, lastError])).toEqual(found.map(() => ['up', '']))
    const { data } = await query('mysql_up * on() min(redis_up) * on() probe_success')
    expect(data.result[0]?.value[1]).toBe('1')
  })

  it('sees the certificate’s end and what the health answer says', async () => {
    const days = await query('(min(probe_ssl_earliest_cert_expiry) - time()) / 86400')
    expect(Number(days.data.result[0]?.value[1])).toBeGreaterThan(80)
    const parts = await query('max by (check) (clinic_health)')
    expect(parts.data.result.map(({ metric }) => metric.check).sort()).toEqual(
      ['backup', 'database', 'disk', 'memory', 'queues', 'redis', 'workers'].sort(),
    )
  })

  it('keeps series bounded and free of anything a person sent', async () => {
    const { data } = await query('count({job=~"api|worker"})')
    expect(Number(data.result[0]?.value[1])).toBeLessThan(5000)
    const text = await (await fetch(`${system.api.internalUrl}/metrics`)).text()
    expect(text).not.toMatch(/canary\d|patients\/\d|superadmin|Aminah/)
    expect(text).toMatch(/route="\/api\/patients\/[:{]id/)
  })

  it('is not possible from outside: the metrics are on ports of their own', async () => {
    expect((await fetch(`${system.api.url}/metrics`)).headers.get('content-type')).not.toMatch(
      /version=0\.0\.4/,
    )
  })
})

describe('dashboards', () => {
  /** Empty by nature in a system of a minute's age without trouble. */
  const MAY_BE_EMPTY = /keyspace|qcache|evicted/

  it('ask nothing that Prometheus does not answer', async () => {
    const folder = `${ROOT}docker/grafana/dashboards`
    const missing: string[] = []
    let asked = 0
    for (const file of readdirSync(folder)) {
      const board = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
        panels: { title: string; targets: { expr: string }[] }[]
      }
      for (const { title, targets: each } of board.panels) {
        for (const { expr } of each) {
          const { status, error, data } = await query(expr.replaceAll('$__rate_interval', '30s'))
          expect([file, title, status, error]).toEqual([file, title, 'success', undefined])
          if (data.result.length === 0 && !MAY_BE_EMPTY.test(expr)) missing.push(`${file}: ${title}: ${expr}`)
          asked++
        }
      }
    }
    expect(asked).toBeGreaterThan(40)
    expect(missing).toEqual([])
  })
})
