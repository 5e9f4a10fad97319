import { once } from 'node:events'
import type { Config } from '../../shared/config/config.ts'
import { connectDatabase, type Knex } from '../../shared/db/connect.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import { databaseOf } from './make.ts'
import { startClient } from './programs.ts'

const POOL_MAX = 2
/** Statements over whole tables take their time. */
const STATEMENT_TIMEOUT_MS = 3_600_000
const DENIED = /ACCESS_DENIED|DBACCESS/

/** Opens a small pool of an account on a database. */
export function openPool(config: Config, url: string): Knex {
  return connectDatabase({
    url,
    poolMax: POOL_MAX,
    connectTimeoutMs: config.DB_CONNECT_TIMEOUT_MS,
    idleTimeoutMs: config.DB_IDLE_TIMEOUT_MS,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  })
}

/** The same account and server, another database. */
export function otherDatabase(url: string, name: string): string {
  const at = new URL(url)
  at.pathname = `/${encodeURIComponent(name)}`
  return at.href
}

/** Beginning of the names of scratch databases: accounts have their rights by this pattern. */
const scratchPrefix = (url: string) => `${databaseOf(url)}_proof_`

const noRight = (error: unknown): unknown =>
  DENIED.test((error as { code?: string }).code ?? '')
    ? new AppError('backup/no-right', {
        detail: 'The account of backups may not make the scratch database.',
        cause: error,
      })
    : error

/** Drops scratch databases that killed proofs left; `inUse` are the numbers of those at work. */
export async function dropLeftOvers(db: Knex, url: string, inUse: ReadonlySet<string>): Promise<void> {
  const prefix = scratchPrefix(url)
  const names = (await db('information_schema.schemata').pluck('schema_name')) as string[]
  for (const name of names) {
    if (
      name.startsWith(prefix) &&
      /^\d+$/.test(name.slice(prefix.length)) &&
      !inUse.has(name.slice(prefix.length))
    )
      await db.raw('drop database if exists ??', [name])
  }
}

/** Makes a scratch database of its own for `work` and drops it whatever happens. Throws `backup/no-right`. */
export async function inScratch<T>(
  db: Knex,
  url: string,
  no: number,
  work: (scratch: { name: string; url: string }) => Promise<T>,
): Promise<T> {
  const name = `${scratchPrefix(url)}${no}`
  try {
    await db.raw('drop database if exists ??', [name])
    await db.raw('create database ?? character set utf8mb4 collate utf8mb4_unicode_ci', [name])
  } catch (error) {
    throw noRight(error)
  }
  try {
    return await work({ name, url: otherDatabase(url, name) })
  } finally {
    await db.raw('drop database if exists ??', [name])
  }
}

/** Carries out the SQL of a dump in a database. Throws `backup/restore-failed` with the server's number. */
export async function restoreInto(
  to: { config: Config; url: string; signal: AbortSignal },
  sql: AsyncIterable<Buffer>,
  progress: (bytes: number) => void = () => undefined,
): Promise<void> {
  const { child, ended } = await startClient(to.config, to.url, databaseOf(to.url), to.signal)
  const input = child.stdin as NonNullable<typeof child.stdin>
  let isOver = false
  const over = ended.finally(() => {
    isOver = true
  })
  over.catch(() => undefined)
  let bytes = 0
  try {
    for await (const chunk of sql) {
      if (isOver) break
      if (!input.write(chunk)) await Promise.race([once(input, 'drain'), over.catch(() => undefined)])
      bytes += chunk.length
      progress(bytes)
    }
  } catch (error) {
    // what comes next must not be carried out: the source is damaged
    child.kill('SIGKILL')
    await over.catch(() => undefined)
    throw error
  }
  input.end()
  const end = await over
  to.signal.throwIfAborted()
  if (!end.ok)
    throw new AppError('backup/restore-failed', {
      detail: end.errno === null ? 'The program ended before it was done.' : `The server said ${end.errno}.`,
    })
}
