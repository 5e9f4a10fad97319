import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { openPool, withDatabase } from '../testing/database.ts'
import { type TestDatabase, testDatabase } from '../testing/harness.ts'
import { ensureBuilt } from '../testing/launcher.ts'
import type { Knex } from './connect.ts'

const DIST = new URL('../../dist/shared/db/', import.meta.url)
const STEPS = {
  '001_first': ['create table first_things (id int primary key)'],
  '002_second': [
    'create table second_things (id int primary key)',
    'insert into second_things values (1)',
    'alter table first_things add column kind int not null default 0',
  ],
  '003_third': ['alter table first_things add column size int not null default 0'],
}
type Step = keyof typeof STEPS

let database: TestDatabase
let folder: string
let name: string
let db: Knex
const running = new Set<ChildProcess>()

beforeAll(async () => {
  await ensureBuilt()
  database = await testDatabase()
  name = `${database.name}_killed`
  folder = mkdtempSync(join(tmpdir(), 'steps-'))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
}, 240_000)
beforeEach(async () => {
  await db?.destroy()
  await database.admin.raw(`drop database if exists \`${name}\``)
  await database.admin.raw(`create database \`${name}\` character set utf8mb4 collate utf8mb4_unicode_ci`)
  db = openPool(withDatabase(database.migrateUrl, name))
  for (const step of Object.keys(STEPS)) rmSync(join(folder, `${step}.js`), { force: true })
})
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL')
  await db?.destroy()
  await database.admin.raw(`drop database if exists \`${name}\``)
  await database.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Adds steps to those that the program has. */
function give(...steps: Step[]): void {
  for (const step of steps) {
    const lines = STEPS[step].map((sql) => `  await db.raw(${JSON.stringify(sql)})`)
    writeFileSync(join(folder, `${step}.js`), `export async function up(db) {\n${lines.join('\n')}\n}\n`)
  }
}

/** A process that migrates as the command does; `ended` answers its status and what it said. */
function startMigrating() {
  const settings = { url: withDatabase(database.migrateUrl, name), poolMax: 2, statementTimeoutMs: 600_000 }
  const code = `
    import { connectDatabase } from '${new URL('connect.js', DIST).href}'
    import { migrate } from '${new URL('migrate.js', DIST).href}'
    const db = connectDatabase({ ...${JSON.stringify(settings)}, connectTimeoutMs: 60000, idleTimeoutMs: 60000 })
    try {
      console.log(JSON.stringify(await migrate(db, new URL('${pathToFileURL(`${folder}/`).href}'))))
    } catch (error) {
      console.log(JSON.stringify([error.name, error.step, error.cause?.code]))
      process.exitCode = 1
    } finally {
      await db.destroy()
    }`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (said += part))
  const ended = new Promise<{ status: number | null; last: unknown }>((resolve) => {
    child.once('close', (status) => {
      running.delete(child)
      const line = said.split('\n').findLast((each) => each.startsWith('['))
      resolve({ status, last: line === undefined ? said : JSON.parse(line) })
    })
  })
  return { kill: () => void child.kill('SIGKILL'), ended }
}

const alterations = async (): Promise<{ id: number }[]> => {
  const [rows] = await db.raw(
    "select id from information_schema.processlist where db = ? and info like 'alter table first_things%'",
    [name],
  )
  return rows
}

/** Migrates until the change of `first_things` has begun, and kills the process there: a reader of the table holds it up. */
async function killedInTheMiddle(): Promise<void> {
  await db.transaction(async (reader) => {
    await reader.raw('select * from first_things')
    const process = startMigrating()
    await expect.poll(async () => (await alterations()).length, { timeout: 60_000 }).toBe(1)
    process.kill()
    await process.ended
    // the server may notice late that nobody waits for its answer any more
    for (const { id } of await alterations()) await db.raw('kill ?', [id]).catch(() => undefined)
    await expect.poll(async () => (await alterations()).length, { timeout: 60_000 }).toBe(0)
  })
}

const migrated = () => startMigrating().ended

it('killed before a step changed anything, the next start takes the step, and all after it', async () => {
  give('001_first')
  expect(await migrated()).toEqual({ status: 0, last: ['001_first'] })
  give('003_third')
  await killedInTheMiddle()
  expect(await migrated()).toEqual({ status: 0, last: ['003_third'] })
  expect(await migrated()).toEqual({ status: 0, last: [] })
}, 180_000)

it('killed inside a step of which a part is done, every next start refuses and names it, until that part is undone', async () => {
  give('001_first')
  expect(await migrated()).toEqual({ status: 0, last: ['001_first'] })
  give('002_second', '003_third')
  await killedInTheMiddle()
  const refusal = { status: 1, last: ['InterruptedStep', '002_second', 'ER_TABLE_EXISTS_ERROR'] }
  expect(await migrated()).toEqual(refusal)
  expect(await migrated()).toEqual(refusal)
  expect(await db('knex_migrations').pluck('name')).toEqual(['001_first'])
  // what the page on upgrades says: undo what is there of it, and migrate again
  await db.raw('drop table second_things')
  expect(await migrated()).toEqual({ status: 0, last: ['002_second', '003_third'] })
  expect(await db('second_things').pluck('id')).toEqual([1])
  expect(await migrated()).toEqual({ status: 0, last: [] })
}, 180_000)
