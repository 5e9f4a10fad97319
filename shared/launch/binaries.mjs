// Which server programs to run: the machine's own, or Debian's unpacked ones.
import path from 'node:path'
import { canUnpack, libraryEnv, unpackedSet, unpackSet } from './packages.mjs'
import { findExecutable } from './run.mjs'

/**
 * Programs for a private MariaDB: `{server, installer, args, installerArgs, env, toolsDir}`, or null when this machine
 * has none and cannot fetch any.
 */
export async function mariadbPrograms() {
  const server = findExecutable(['mariadbd'])
  const installer = findExecutable(['mariadb-install-db', 'mysql_install_db'])
  if (server && installer) {
    return { server, installer, args: [], installerArgs: [], env: process.env, toolsDir: null }
  }
  const dir = await serverPackages()
  if (!dir) return null
  const usr = path.join(dir, 'usr')
  return {
    server: path.join(usr, 'sbin/mariadbd'),
    installer: path.join(usr, 'bin/mariadb-install-db'),
    args: [
      `--basedir=${usr}`,
      `--plugin-dir=${path.join(usr, 'lib/mysql/plugin')}`,
      `--lc-messages-dir=${path.join(usr, 'share/mysql')}`,
    ],
    installerArgs: [`--basedir=${usr}`],
    env: libraryEnv(dir),
    toolsDir: path.join(dir, 'bin'),
  }
}

/** Program for a private Redis: `{server, env}`, or null. */
export async function redisProgram() {
  const server = findExecutable(['redis-server', 'valkey-server'])
  if (server) return { server, env: process.env }
  const dir = await serverPackages()
  if (!dir) return null
  return { server: path.join(dir, 'usr/bin/redis-server'), env: libraryEnv(dir) }
}

async function serverPackages() {
  return unpackedSet('servers') ?? (canUnpack() ? unpackSet('servers') : null)
}

/** What to do when neither servers nor a way to get them were found. */
export const binariesHelp = [
  'No MariaDB and Redis were found, and neither apt nor a Docker engine is at hand to get them. Either',
  '  install them:  apt-get install mariadb-server redis-server   (or brew install mariadb redis)',
  '  or name running ones:  DATABASE_URL=mysql://user:password@host:3306/clinic REDIS_URL=redis://host:6379',
  '                         CACHE_REDIS_URL=redis://host:6380',
  'and run the command again.',
].join('\n')
