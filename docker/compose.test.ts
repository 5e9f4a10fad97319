import { beforeAll, describe, expect, it } from 'vitest'
import { settings } from '../shared/config/config.ts'
import { type Compose, read, readCompose, type Service } from './testing.ts'

let compose: Compose
let services: [string, Service][]

beforeAll(async () => {
  compose = await readCompose()
  services = Object.entries(compose.services)
})

const bytes = (text = '') => Number.parseInt(text, 10) * (text.endsWith('g') ? 1024 : 1)
const inProfile = ([, service]: [string, Service]) => service.profiles?.includes('monitoring') === true
const CORE = ['nginx', 'api', 'worker', 'migrate', 'mysql', 'redis', 'redis-cache']

describe('every service', () => {
  it('is one of those promised, the monitoring ones in their profile only', () => {
    expect(services.filter((each) => !inProfile(each)).map(([name]) => name)).toEqual(
      expect.arrayContaining(CORE),
    )
    expect(services.filter((each) => !inProfile(each))).toHaveLength(CORE.length)
    expect(services.filter(inProfile).map(([name]) => name)).toEqual(
      expect.arrayContaining(['prometheus', 'grafana', 'mysqld-exporter', 'redis-exporter', 'node-exporter']),
    )
  })

  it('has limits of memory, processors and processes', () => {
    for (const [name, { mem_limit, cpus, pids_limit }] of services) {
      expect([name, bytes(mem_limit) > 0, (cpus ?? 0) > 0, (pids_limit ?? 0) > 0]).toEqual([
        name,
        true,
        true,
        true,
      ])
    }
  })

  it('gives a process of ours 512 MB, and its heap less', () => {
    const dockerfile = read('docker/Dockerfile')
    for (const name of ['api', 'worker', 'migrate']) expect(compose.services[name]?.mem_limit).toBe('512m')
    for (const [, heapMb] of dockerfile.matchAll(/--max-old-space-size=(\d+)/g))
      expect(Number(heapMb)).toBeLessThan(512 * 0.75)
  })

  it('is restarted, has an init, a time to stop and bounded logs', () => {
    for (const [name, service] of services) {
      expect([name, service.restart]).toEqual([name, name === 'migrate' ? 'no' : 'unless-stopped'])
      expect([name, service.init]).toEqual([name, true])
      expect([name, service.stop_grace_period]).toEqual([name, expect.stringMatching(/^\d+[sm]$/)])
      expect([name, service.logging]).toEqual([
        name,
        { driver: 'json-file', options: { 'max-size': '20m', 'max-file': '5' } },
      ])
    }
    expect(Number.parseInt(compose.services.worker?.stop_grace_period ?? '', 10)).toBeGreaterThan(20)
    expect(Number.parseInt(compose.services.api?.stop_grace_period ?? '', 10)).toBeGreaterThan(15)
  })

  it('has a health check made of what its image holds', () => {
    for (const [name, { healthcheck }] of services) {
      if (name === 'migrate') expect(healthcheck).toEqual({ disable: true })
      else {
        expect([name, healthcheck?.test?.[0]]).toEqual([name, 'CMD'])
        expect([name, healthcheck?.test?.[1]]).toEqual([
          name,
          expect.stringMatching(/^(node|bash|sh|healthcheck\.sh|wget)$/),
        ])
        expect(healthcheck?.test).not.toContain('curl')
      }
    }
    // exporters and Grafana come with busybox; ours have no such tool
    for (const name of CORE) expect(compose.services[name]?.healthcheck?.test ?? []).not.toContain('wget')
  })

  it('may do nothing it does not need: read-only root, no capabilities, no new privileges', () => {
    for (const [name, service] of services) {
      expect([name, service.read_only]).toEqual([name, true])
      expect([name, service.cap_drop]).toEqual([name, ['ALL']])
      expect([name, service.security_opt]).toEqual([name, ['no-new-privileges:true']])
      expect([name, service.privileged, service.network_mode, service.pid, service.user]).toEqual([
        name,
        ...[undefined, undefined, undefined, undefined],
      ])
    }
    // the database's entrypoint alone starts as root, to prepare an empty data folder
    expect(services.filter(([, service]) => service.cap_add).map(([name]) => name)).toEqual(['mysql'])
    expect(compose.services.mysql?.cap_add).toEqual(['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID'])
  })

  it('has images with a fixed version', () => {
    for (const [name, { image = '' }] of services) {
      const own = /^\$\{IMAGE_PREFIX:-clinic\}\/[\w-]+:\$\{VERSION:-latest\}$/.test(image)
      expect([name, own || /^[\w./-]+:v?\d+\.\d+(\.\d+)?(-[\w.]+)?$/.test(image)]).toEqual([name, true])
    }
  })
})

describe('the outside', () => {
  it('reaches the proxy, and from the machine itself Grafana and Prometheus', () => {
    const published = services.flatMap(([name, { ports = [] }]) => ports.map((port) => [name, port]))
    expect(published).toEqual([
      ['nginx', `\${HTTP_PORT:-80}:8080`],
      ['nginx', `\${HTTPS_PORT:-443}:8443`],
      ['prometheus', '127.0.0.1:9090:9090'],
      ['grafana', '127.0.0.1:3000:3000'],
    ])
  })

  it('is on no network with the databases', () => {
    const onData = services.filter(([, { networks }]) => networks?.includes('data')).map(([name]) => name)
    expect(compose.networks.data).toEqual({ internal: true })
    expect(compose.networks.monitoring).toEqual({ internal: true })
    expect(onData).not.toContain('nginx')
    expect(onData).not.toContain('grafana')
    expect(
      services.filter(([, { networks }]) => networks?.includes('outward')).map(([name]) => name),
    ).toEqual(['worker'])
    for (const [name, { networks }] of services) expect([name, networks?.length]).not.toEqual([name, 0])
    for (const name of ['mysql', 'redis', 'redis-cache', 'migrate'])
      expect(compose.services[name]?.networks).toEqual(['data'])
  })
})

describe('secrets', () => {
  it('are files, each service has those it needs and no other', () => {
    const wanted: Record<string, string[]> = {
      api: [
        'database_url_api',
        'redis_url',
        'cache_redis_url',
        'data_key',
        'signing_key',
        'initial_admin_password',
      ],
      worker: [
        'database_url_worker',
        'database_url_backup',
        'redis_url',
        'cache_redis_url',
        'data_key',
        'signing_key',
        'backup_key',
      ],
      redis: ['redis_url'],
      'redis-cache': ['cache_redis_url'],
      nginx: [],
      grafana: [],
      prometheus: [],
    }
    for (const [name, secrets] of Object.entries(wanted))
      expect([name, compose.services[name]?.secrets ?? []]).toEqual([name, secrets])
    for (const [name, { secrets = [] }] of services) {
      if (!['migrate', 'mysql'].includes(name)) expect(secrets).not.toContain('database_url_migrate')
      for (const secret of secrets) expect(Object.keys(compose.secrets)).toContain(secret)
    }
    for (const { file } of Object.values(compose.secrets))
      expect(file).toMatch(/^\$\{SECRETS_DIR:-\.\/secrets\}\//)
  })

  it('are made by secrets:generate under these names', () => {
    const source = read('workers/cli/secrets-generate.ts')
    const made = [...source.matchAll(/file: '([\w-]+)'/g)].map(([, name]) => name)
    const asked = Object.values(compose.secrets).map(({ file }) => file.slice(file.lastIndexOf('/') + 1))
    expect(asked.sort()).toEqual(made.sort())
  })

  it('stand in no environment, no command and not in the template', () => {
    for (const [name, { environment = {} }] of services) {
      for (const [key, value] of Object.entries(environment)) {
        const isSecret =
          /PASSWORD|SECRET|TOKEN|KEY$|DATABASE_URL$|REDIS_URL$/.test(key) && !key.endsWith('_FILE')
        if (isSecret)
          expect([name, key, value]).toEqual(['grafana', 'GRAFANA_PASSWORD', `\${GRAFANA_PASSWORD:-}`])
      }
    }
    const template = read('.env.prod')
    expect(template).not.toMatch(/^(?!SECRETS_DIR)\w*(PASSWORD|SECRET|KEY)\w*=.+$/m)
    expect(read('docker-compose.prod.yml')).not.toMatch(/mysql:\/\/\w+:|redis:\/\/:\w/)
  })
})

describe('settings', () => {
  it('of the processes exist, and the template names every variable of the compose file', () => {
    // those of the sampler are read by the library itself
    const known = [...Object.keys(settings.shape), 'OTEL_TRACES_SAMPLER', 'OTEL_TRACES_SAMPLER_ARG']
    for (const name of ['api', 'worker', 'migrate']) {
      for (const key of Object.keys(compose.services[name]?.environment ?? {})) {
        const plain = known.includes(key) ? key : key.replace(/_FILE$/, '')
        expect(known).toContain(plain)
      }
    }
    const used = new Set(
      [...read('docker-compose.prod.yml').matchAll(/(?<!\$)\$\{(\w+)/g)].map(([, name]) => name),
    )
    const named = [...read('.env.prod').matchAll(/^(\w+)=/gm)].map(([, name]) => name)
    expect([...used].filter((name) => !named.includes(name))).toEqual([])
    expect(named.filter((name) => !used.has(name))).toEqual([])
  })

  it('can all be set from outside, but those that the stack itself decides', () => {
    /** Ports and folders inside the containers, and what only `npm start` and tests use. */
    const decided = [
      'NODE_ENV',
      'PORT',
      'HOST',
      'INTERNAL_PORT',
      'WORKER_PORT',
      'DATA_DIR',
      'BACKUP_TOOLS_DIR',
    ]
    const given = new Set(
      ['api', 'worker', 'migrate'].flatMap((name) =>
        Object.keys(compose.services[name]?.environment ?? {}).flatMap((key) => [
          key,
          key.replace(/_FILE$/, ''),
        ]),
      ),
    )
    const missing = Object.keys(settings.shape).filter((name) => !given.has(name) && !decided.includes(name))
    expect(missing).toEqual([])
  })

  it('trust one proxy, ours', () => {
    expect(compose.services.api?.environment?.TRUST_PROXY).toBe('1')
    expect(compose.services.api?.environment?.NODE_ENV).toBe('production')
  })

  it('open fewer connections than the database allows, with two processes of each kind', () => {
    const max = Number(/max-connections\s*=\s*(\d+)/.exec(read('docker/mysql/clinic.cnf'))?.[1])
    const [api = 0, worker = 0] = ['DB_POOL_MAX', 'WORKER_DB_POOL_MAX', 'WORKER_CONCURRENCY'].map((name) =>
      Number(new RegExp(`^${name}=(\\d+)$`, 'm').exec(read('.env.prod'))?.[1]),
    )
    const bulk = 2
    const others = 2 + 5 + 3
    expect(max).toBe(200)
    expect(2 * api + 2 * (worker + bulk) + others).toBeLessThan(max)
  })

  it('keep code out of volumes', () => {
    for (const [name, { volumes = [] }] of services) {
      for (const volume of volumes) {
        const [source = ''] = volume.split(':')
        const isFolder = /^[./]/.test(source)
        if (isFolder) expect([name, volume]).toEqual([name, expect.stringMatching(/:ro$/)])
        else expect(Object.keys(compose.volumes)).toContain(source)
        expect(volume).not.toMatch(/:\/app/)
      }
    }
  })
})
