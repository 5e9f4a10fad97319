import { afterAll, beforeAll, expect, it } from 'vitest'
import { openPool, withDatabase } from '../testing/database.ts'
import { type TestDatabase, testDatabase } from '../testing/harness.ts'
import type { Knex } from './connect.ts'
import { migrate, pendingMigrations } from './migrate.ts'

let database: TestDatabase
let empty: Knex
const NAME_END = '_migrate'

beforeAll(async () => {
  database = await testDatabase()
  const name = `${database.name}${NAME_END}`
  await database.admin.raw(`drop database if exists \`${name}\``)
  await database.admin.raw(`create database \`${name}\` character set utf8mb4 collate utf8mb4_unicode_ci`)
  empty = openPool(withDatabase(database.migrateUrl, name))
})
afterAll(async () => {
  await empty.destroy()
  await database.admin.raw(`drop database if exists \`${database.name}${NAME_END}\``)
  await database.close()
})

it('runs every step once, names it, and lets only one of two processes do so', async () => {
  const pending = await pendingMigrations(empty)
  expect(pending[0]).toBe('001_installation')
  const both = await Promise.all([migrate(empty), migrate(empty)])
  expect(both.flat()).toEqual(pending)
  expect(await pendingMigrations(empty)).toEqual([])
  expect(await migrate(empty)).toEqual([])
})
