// Debian's packages fetched with apt and unpacked into a folder: nothing is installed and root is not needed.
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { root, say } from './env.mjs'
import { withLock } from './lock.mjs'
import { findExecutable, run } from './run.mjs'

const ARCH_DIRS = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }

const ARCH = ARCH_DIRS[process.arch] ?? ''
const LIBRARY_DIRS = [`usr/lib/${ARCH}`, `lib/${ARCH}`, 'usr/lib']

/** What each set consists of; mariadb-client-core has my_print_defaults, which mariadb-install-db needs. */
export const PACKAGE_SETS = {
  servers: ['mariadb-server-core', 'mariadb-client-core', 'mariadb-client', 'redis-server'],
  proxy: [
    // Named each: what is installed already is fetched only when it is asked for by name.
    'nginx',
    'nginx-common',
    'nginx-light',
    'libnginx-mod-http-brotli-filter',
    'libnginx-mod-http-headers-more-filter',
    'apache2-utils',
    'openssl',
  ],
  monitoring: [
    'prometheus',
    'prometheus-mysqld-exporter',
    'prometheus-redis-exporter',
    'prometheus-node-exporter',
    'prometheus-blackbox-exporter',
  ],
  compose: ['docker-compose'],
  browser: ['chromium-headless-shell', 'chromium-common', 'fonts-liberation'],
}

/** Folder of the unpacked packages, shared by start, tests and tools of this checkout. */
export const packageHome = () => path.join(root, '.data', 'pkg')

/** Whether this machine can fetch and unpack Debian packages. */
export const canUnpack = () => Boolean(findExecutable(['apt-get']) && findExecutable(['dpkg']))

/** The folder of an unpacked set, or null when it has not been unpacked. */
export function unpackedSet(name) {
  const dir = path.join(packageHome(), name)
  return existsSync(path.join(dir, '.complete')) ? dir : null
}

/** The environment in which programs of an unpacked set find their libraries. */
export function libraryEnv(dir) {
  const dirs = LIBRARY_DIRS.map((sub) => path.join(dir, sub))
  return { ...process.env, LD_LIBRARY_PATH: dirs.join(':') }
}

/** Fetches and unpacks a set once; later calls, also from other processes, find it. Returns its folder. */
export async function unpackSet(name) {
  const found = unpackedSet(name)
  if (found) return found
  mkdirSync(packageHome(), { recursive: true, mode: 0o700 })
  return withLock(path.join(packageHome(), `${name}.lock`), async () => {
    const meanwhile = unpackedSet(name)
    if (meanwhile) return meanwhile
    say(`fetching ${PACKAGE_SETS[name].join(', ')} (unpacked under .data/pkg, nothing is installed)`)
    const debs = await download(PACKAGE_SETS[name])
    const fresh = path.join(packageHome(), `${name}.new`)
    rmSync(fresh, { recursive: true, force: true })
    mkdirSync(fresh, { recursive: true })
    for (const deb of debs) await run('dpkg', ['-x', deb, fresh], { quiet: true })
    const dir = path.join(packageHome(), name)
    rmSync(dir, { recursive: true, force: true })
    renameSync(fresh, dir)
    writeWrappers(dir)
    writeFileSync(path.join(dir, '.complete'), '')
    return dir
  })
}

/** Downloads the packages and the libraries this machine lacks; returns the files. */
async function download(names) {
  const apt = path.join(packageHome(), 'apt')
  const archives = path.join(apt, 'cache/archives')
  mkdirSync(path.join(apt, 'state/lists/partial'), { recursive: true })
  rmSync(archives, { recursive: true, force: true })
  mkdirSync(path.join(archives, 'partial'), { recursive: true })
  const options = [
    `Dir::State=${path.join(apt, 'state')}`,
    `Dir::Cache=${path.join(apt, 'cache')}`,
    'Dir::State::status=/var/lib/dpkg/status',
    'Debug::NoLocking=1',
    'APT::Sandbox::User=',
    'Acquire::Retries=3',
  ].flatMap((option) => ['-o', option])
  await run('apt-get', [...options, '-qq', 'update'], { quiet: true })
  const install = ['install', '-y', '--reinstall', '--no-install-recommends', '--download-only', ...names]
  await run('apt-get', [...options, '-qq', ...install], { quiet: true })
  return readdirSync(archives)
    .filter((file) => file.endsWith('.deb'))
    .map((file) => path.join(archives, file))
}

/**
 * Commands of a set, callable by name from a PATH that holds `<dir>/bin`: backups need mariadb-dump, for one. The
 * browser finds the unpacked fonts through XDG_DATA_HOME.
 */
const WRAPPED = {
  mariadb: 'usr/bin/mariadb',
  'mariadb-dump': 'usr/bin/mariadb-dump',
  'redis-cli': 'usr/bin/redis-cli',
  'chromium-headless-shell': 'usr/lib/chromium/chromium-headless-shell',
}

function writeWrappers(dir) {
  mkdirSync(path.join(dir, 'bin'), { recursive: true })
  for (const [name, program] of Object.entries(WRAPPED)) {
    if (!existsSync(path.join(dir, program))) continue
    const file = path.join(dir, 'bin', name)
    const libraries = LIBRARY_DIRS.map((sub) => `$d/${sub}`).join(':')
    const lines = [
      '#!/bin/sh',
      // Relative to the script, so that a moved checkout still works.
      'd=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)',
      `export LD_LIBRARY_PATH="${libraries}" XDG_DATA_HOME="$d/usr/share"`,
      '[ -d /etc/fonts ] || export FONTCONFIG_PATH="$d/etc/fonts"',
      `exec "$d/${program}" "$@"`,
      '',
    ]
    writeFileSync(file, lines.join('\n'))
    chmodSync(file, 0o755)
  }
}
