// Compiled code (benches) runs from dist/, where the plain scripts are not copied.
const fromDist = /[\\/]dist[\\/]shared[\\/]testing[\\/]/.test(import.meta.url)
const launchFolder = new URL(fromDist ? '../../../shared/launch/' : '../launch/', import.meta.url)

/** The typed door to the plain-JavaScript set-up code, which has no types of its own. */
const load = (file: string) => import(new URL(file, launchFolder).href)

/** Addresses of a set of servers; see shared/launch/services.mjs. */
export interface Services {
  databaseUrl: string
  migrateDatabaseUrl: string
  redisUrl: string
  cacheRedisUrl: string
  /** Folder with mariadb-dump and the like when they come from unpacked packages. */
  toolsDir: string | null
  stop(): Promise<void>
}

interface Queryable {
  query(sql: string, values?: unknown[]): Promise<unknown>
}

interface ServicesModule {
  startServices(options: { dataDir: string; env?: Record<string, string>; keep?: boolean }): Promise<Services>
}

/** Gives the application's account its rights on each table; see shared/launch/grants.mjs. */
export async function grantAppRights(
  connection: Queryable,
  options: { database: string; account: string },
): Promise<void> {
  const module = (await load('grants.mjs')) as { grantAppRights: typeof grantAppRights }
  await module.grantAppRights(connection, options)
}

/** The servers kept for tests run file by file; see shared/launch/test-services.mjs. */
export async function adHocTestServices(): Promise<Services> {
  const module = (await load('test-services.mjs')) as { adHocTestServices: () => Promise<Services> }
  return module.adHocTestServices()
}

/** Private servers under a folder of the caller's own, for tests that kill them. */
export async function startServices(dataDir: string): Promise<Services> {
  const module = (await load('services.mjs')) as ServicesModule
  return module.startServices({ dataDir, env: {} })
}

let built: Promise<void> | undefined

/** Compiles the server into dist/ if it is stale, once a process, so that what is spawned runs the sources under test. */
export function ensureBuilt(): Promise<void> {
  built ??= build()
  return built
}

async function build(): Promise<void> {
  const module = (await load('building.mjs')) as {
    buildStale: (options: { web: boolean; tolerant: boolean }) => Promise<void>
  }
  await module.buildStale({ web: false, tolerant: true })
}

/** Node's arguments for each kind of process; see shared/launch/node-args.mjs. */
export async function nodeArgsOf(kind: 'api' | 'worker'): Promise<string[]> {
  const { NODE_ARGS } = (await load('node-args.mjs')) as { NODE_ARGS: Record<'api' | 'worker', string[]> }
  return NODE_ARGS[kind]
}
