import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { inject } from 'vitest'
import { prepareDatabase } from './database.ts'
import { type Services, startServices } from './launcher.ts'

/** The three servers by the names of state.json. */
export type ServerName = 'mariadb' | 'jobs' | 'cache'

/** MariaDB and Redis of one test file alone, which it may kill, freeze and bring back on the same ports. */
export interface OwnServers {
  services: Services
  /** SIGKILL, SIGSTOP, SIGCONT, SIGTERM … to one server; does not wait. */
  signal(name: ServerName, signal: NodeJS.Signals): void
  /** Starts again what is not alive, on its old port and data; frozen ones must be continued first. */
  revive(): Promise<void>
  close(): Promise<void>
}

interface State {
  services: Record<ServerName, { pid: number }>
}

/**
 * Brings up servers with a migrated database `clinic`; about two seconds. `prepare` may change the folder of their data
 * first: the database's is `mariadb` in it. Call `close` in afterAll.
 */
export async function ownServers(prepare: (dir: string) => void = () => undefined): Promise<OwnServers> {
  const dir = mkdtempSync(join(inject('services').filesDir, 'servers-'))
  prepare(dir)
  const services = await startServices(dir)
  const urls = { name: 'clinic', url: services.databaseUrl, migrateUrl: services.migrateDatabaseUrl }
  await prepareDatabase(urls, new URL(services.databaseUrl).username)
  const pidOf = (name: ServerName) =>
    (JSON.parse(readFileSync(join(dir, 'state.json'), 'utf8')) as State).services[name].pid
  return {
    services,
    signal: (name, signal) => void process.kill(pidOf(name), signal),
    revive: async () => {
      await startServices(dir)
    },
    close: async () => {
      for (const name of ['mariadb', 'jobs', 'cache'] as const) {
        try {
          process.kill(pidOf(name), 'SIGCONT')
        } catch {
          // already dead: the test killed it
        }
      }
      await services.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
