// Derives docker/stack.yml (Docker Swarm, several machines) from docker-compose.prod.yml:  node docker/tools/stack.mjs
// With --check it writes nothing and fails when the file is not what would be written.
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseYaml, toYaml } from './yaml.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const HEAD = `# Docker Swarm: derived from docker-compose.prod.yml by docker/tools/stack.mjs; change that file and run it again.
#   docker stack deploy -c docker/stack.yml clinic
# Label one machine as the home of the databases:  docker node update --label-add clinic.data=true NAME
# Uploads and result files (volume data) must be on storage that every machine sees: set DATA_DEVICE (NFS).
`
const REPLICAS = { nginx: 2, api: 2, worker: 2 }
/** Kept where its files are; a second copy would be another database, not a replica. */
const STATEFUL = new Set(['mysql', 'redis', 'redis-cache', 'prometheus', 'grafana'])
const DROPPED = ['build', 'depends_on', 'mem_limit', 'cpus', 'pids_limit', 'restart', 'profiles', 'expose']
/** Compose has them, a stack does not: what they say holds where the container's user and image already see to it. */
const UNKNOWN_TO_SWARM = ['security_opt']

function deployOf(name, service) {
  const replicas = REPLICAS[name] ?? 1
  const once = service.restart === 'no'
  const rolls = replicas > 1
  return {
    ...(name === 'node-exporter' ? { mode: 'global' } : { replicas }),
    resources: {
      limits: { cpus: String(service.cpus), memory: service.mem_limit, pids: service.pids_limit },
      reservations: { memory: '64m' },
    },
    restart_policy: once
      ? { condition: 'on-failure', delay: '5s', max_attempts: 5 }
      : { condition: 'any', delay: '2s' },
    // a new one runs before an old one ends where two may run at a time; what does not become healthy is taken back
    update_config: {
      parallelism: 1,
      order: rolls ? 'start-first' : 'stop-first',
      delay: '5s',
      monitor: '60s',
      failure_action: once ? 'pause' : 'rollback',
    },
    rollback_config: { parallelism: 1, order: rolls ? 'start-first' : 'stop-first', failure_action: 'pause' },
    ...(STATEFUL.has(name) ? { placement: { constraints: ['node.labels.clinic.data == true'] } } : {}),
  }
}

function tmpfsVolume(entry) {
  const [target, options = ''] = entry.split(':')
  const mode = /mode=(\d+)/.exec(options)?.[1] ?? '1777'
  return { type: 'tmpfs', target, tmpfs: { mode: Number.parseInt(mode, 8) } }
}

const publish = (entry) => {
  const [target, published] = entry.split(':').reverse()
  return { target: Number(target), published: Number(published), mode: 'host', protocol: 'tcp' }
}

function serviceOf(name, service) {
  const out = {}
  for (const [key, value] of Object.entries(service)) {
    if (![...DROPPED, ...UNKNOWN_TO_SWARM, 'tmpfs', 'ports', 'volumes'].includes(key)) out[key] = value
  }
  const mounts = [...(service.volumes ?? []), ...(service.tmpfs ?? []).map(tmpfsVolume)]
  if (mounts.length > 0)
    out.volumes = mounts.map((mount) => (typeof mount === 'string' ? bindOrVolume(mount) : mount))
  // Swarm cannot publish on loopback only; Grafana and Prometheus are reached through an SSH tunnel to their machine
  const ports = (service.ports ?? []).filter((port) => !port.startsWith('127.0.0.1:'))
  if (ports.length > 0) {
    out.ports = ports.map((port) => publish(port.replace(/\$\{\w+:-(\d+)\}/, '$1')))
  }
  out.deploy = deployOf(name, service)
  return out
}

function bindOrVolume(entry) {
  const [source, target, mode] = entry.split(':')
  const isBind = /^[./]/.test(source)
  // paths are taken from the folder of the stack's file
  const from = isBind && source.startsWith('./') ? `..${source.slice(1)}` : source
  return {
    type: isBind ? 'bind' : 'volume',
    source: from,
    target,
    ...(mode === 'ro' ? { read_only: true } : {}),
  }
}

/** The stack as text. */
export function stackOf(composeText) {
  const compose = parseYaml(composeText)
  const services = Object.fromEntries(
    Object.entries(compose.services).map(([name, service]) => [name, serviceOf(name, service)]),
  )
  // addresses of all processes behind a name, for the proxy and Prometheus
  services.api.deploy.endpoint_mode = 'dnsrr'
  services.worker.deploy.endpoint_mode = 'dnsrr'
  const networks = Object.fromEntries(
    Object.entries(compose.networks).map(([name, network]) => [
      name,
      { driver: 'overlay', driver_opts: { encrypted: '' }, ...network },
    ]),
  )
  const volumes = {
    ...compose.volumes,
    data: {
      driver_opts: {
        type: 'nfs',
        o: `\${DATA_OPTIONS:-addr=127.0.0.1,nfsvers=4,rw}`,
        device: `\${DATA_DEVICE:-:/srv/clinic}`,
      },
    },
  }
  const secrets = Object.fromEntries(
    Object.entries(compose.secrets).map(([name, { file }]) => [name, { file: file.replace('./', '../') }]),
  )
  return HEAD + toYaml({ version: '3.9', services, networks, volumes, secrets })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = path.join(root, 'docker/stack.yml')
  const text = stackOf(readFileSync(path.join(root, 'docker-compose.prod.yml'), 'utf8'))
  if (!process.argv.includes('--check')) writeFileSync(file, text)
  else if (readFileSync(file, 'utf8') !== text) {
    console.error('docker/stack.yml is not what docker/tools/stack.mjs derives; run it')
    process.exit(1)
  }
}
