import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import mysql from 'mysql2/promise'
import { connectDatabase, type Knex } from '../db/connect.ts'
import { migrate } from '../db/migrate.ts'
import { grantAppRights } from './launcher.ts'

/** Addresses of one test database: the application's account and the one that migrates. */
export interface DatabaseUrls {
  name: string
  url: string
  migrateUrl: string
}

const STATEMENT_TIMEOUT_MS = 60_000
const CONNECT_TIMEOUT_MS = 10_000

/** A small pool for tests and set-up. */
export function openPool(url: string, poolMax = 5): Knex {
  return connectDatabase({
    url,
    poolMax,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    idleTimeoutMs: CONNECT_TIMEOUT_MS,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  })
}

/** Same account and server, another database. */
export function withDatabase(url: string, name: string): string {
  const at = new URL(url)
  at.pathname = `/${name}`
  return at.href
}

const seedName = (name: string) => `${name}_seed`

/**
 * Makes sure the database exists with the newest schema and the application's rights. A database made from the same
 * migrations is used as it is; any other is dropped and made anew, because a migration under work may have changed.
 */
export async function prepareDatabase({ name, migrateUrl }: DatabaseUrls, account: string): Promise<void> {
  const server = await mysql.createConnection({ uri: withDatabase(migrateUrl, 'clinic') })
  try {
    const schema = fingerprint()
    const [rows] = await server.query<mysql.RowDataPacket[]>(
      'select schema_comment as made from information_schema.schemata where schema_name = ?',
      [name],
    )
    if (rows[0]?.made === schema) return
    for (const each of [name, seedName(name)]) {
      await server.query(`drop database if exists \`${each}\``)
      await server.query(`create database \`${each}\` character set utf8mb4 collate utf8mb4_unicode_ci`)
    }
    const pool = openPool(migrateUrl)
    try {
      await migrate(pool)
      await keepSeedRows(pool, name)
    } finally {
      await pool.destroy()
    }
    await grantAppRights(server, { database: name, account })
    await server.query(`alter database \`${name}\` comment = '${schema}'`)
  } finally {
    await server.end()
  }
}

/** Hash of everything that decides what a migrated database looks like. */
function fingerprint(): string {
  const folder = fileURLToPath(new URL('../../migrations/', import.meta.url))
  const hash = createHash('sha256')
  for (const file of readdirSync(folder).sort()) {
    if (/\.(ts|js)$/.test(file)) hash.update(file).update(readFileSync(join(folder, file)))
  }
  return hash.digest('hex').slice(0, 32)
}

/** Tables that no test may lose: the migration history and the installation's epoch. */
const LASTING = /^(knex_|installation$)/

async function filledTables(db: Knex, name: string): Promise<string[]> {
  const tables = await db('information_schema.tables')
    .where({ table_schema: name, table_type: 'BASE TABLE' })
    .pluck('table_name')
  const own = (tables as string[]).filter((table) => !LASTING.test(table))
  if (own.length === 0) return []
  const parts = own.map(
    (table) => `select '${table}' as t from (select 1 from \`${name}\`.\`${table}\` limit 1) x`,
  )
  const [rows] = (await db.raw(parts.join(' union all '))) as [{ t: string }[]]
  return rows.map(({ t }) => t)
}

async function keepSeedRows(db: Knex, name: string): Promise<void> {
  for (const table of await filledTables(db, name)) {
    await db.raw(`create table \`${seedName(name)}\`.\`${table}\` as select * from \`${name}\`.\`${table}\``)
  }
}

/**
 * Brings every table back to what the migrations left: rows they inserted are there, all others are gone. Deleting
 * from the few tables with rows is far quicker than truncating all.
 */
export async function emptyTables(migratePool: Knex, name: string): Promise<void> {
  const [filled, seeded] = await Promise.all([
    filledTables(migratePool, name),
    filledTables(migratePool, seedName(name)),
  ])
  await migratePool.transaction(async (trx) => {
    await trx.raw('set foreign_key_checks = 0')
    try {
      for (const table of new Set([...filled, ...seeded]))
        await trx.raw(`delete from \`${name}\`.\`${table}\``)
      for (const table of seeded) {
        await trx.raw(`insert into \`${name}\`.\`${table}\` select * from \`${seedName(name)}\`.\`${table}\``)
      }
    } finally {
      await trx.raw('set foreign_key_checks = 1')
    }
  })
}
