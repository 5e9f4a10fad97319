import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Connection, RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from '../../shared/testing/processes.ts'
import { ROOT } from '../testing.ts'
import { cli, type ProductionSystem, serverTools, start, startProduction, until } from './testing.ts'

let system: ProductionSystem

beforeAll(async () => {
  system = await startProduction()
})
afterAll(() => system?.stop())

/** Runs statements as an account; answers the server's error codes, '' for allowed. */
async function tried(account: string, statements: string[]): Promise<string[]> {
  const connection: Connection = await system.connect(account)
  try {
    const codes: string[] = []
    for (const sql of statements) {
      codes.push(
        await connection.query(sql).then(
          () => '',
          (error: { code: string }) => error.code,
        ),
      )
    }
    return codes
  } finally {
    await connection.end()
  }
}

const DENIED = /ACCESS_DENIED|PROCACCESS|SPECIFIC_ACCESS/

describe('accounts of the database', () => {
  const onAudit = [
    'update clinic.audit_entries set action = action where 1 = 0',
    'delete from clinic.audit_entries where 1 = 0',
    'update clinic.audit_seals set id = id where 1 = 0',
    'delete from clinic.audit_sealed where 1 = 0',
  ]

  it('may none of them change or remove the audit, nor give themselves the right', async () => {
    for (const account of ['api', 'worker', 'migrate', 'backup', 'metrics']) {
      for (const code of await tried(account, [
        ...onAudit,
        `grant update on clinic.audit_entries to 'clinic_${account}'@'%'`,
        `insert into clinic_admin.table_rights values ('clinic_${account}', 0, '%', 'UPDATE')`,
      ]))
        expect([account, code]).toEqual([account, expect.stringMatching(DENIED)])
    }
  })

  it('of API and worker cannot change the schema, read files of the server or stop others', async () => {
    for (const account of ['api', 'worker']) {
      for (const code of await tried(account, [
        'drop table users',
        'alter table users add column x int',
        'create table x (id int)',
        "select 1 into outfile '/tmp/clinic-outfile'",
        'set global max_connections = 10',
        'select * from mysql.global_priv',
      ]))
        expect([account, code]).toEqual([account, expect.stringMatching(DENIED)])
      // the server's files have no way in at all, not even for those with the right
      const [[file]] = (await (
        await system.connect('root')
      ).query('select load_file("/etc/passwd") as f')) as [RowDataPacket[], unknown]
      expect(file?.f).toBeNull()
    }
  })

  it('of the worker cannot make users or tokens, of backup cannot write, of metrics sees no table', async () => {
    const refused = [
      ...(await tried('worker', [
        'update users set active = 1 where 1 = 0',
        'delete from user_grants where 1 = 0',
        'select 1 from api_tokens limit 1',
      ])),
      ...(await tried('backup', [
        'insert into users (username) values (1)',
        'delete from patients where 1 = 0',
      ])),
      ...(await tried('metrics', ['select 1 from clinic.patients limit 1'])),
    ]
    for (const code of refused) expect(code).toMatch(DENIED)
  })

  it('may do what they are for', async () => {
    expect(
      await tried('backup', ['select count(*) from audit_entries', 'select count(*) from patients']),
    ).toEqual(['', ''])
    expect(await tried('metrics', ['show global status', 'show engine innodb status'])).toEqual(['', ''])
    expect(await tried('worker', ['select count(*) from users', 'delete from patients where 1 = 0'])).toEqual(
      ['', ''],
    )
  })

  it('get their rights on a table that a migration adds, not before', async () => {
    const [closed] = await tried('migrate', ['create table later_table (id int primary key)'])
    expect(closed).toBe('')
    expect((await tried('api', ['select 1 from later_table']))[0]).toMatch(DENIED)
    await cli(['migrate'], system.envOf('migrate'))
    expect(await tried('api', ['select 1 from later_table', 'delete from later_table'])).toEqual(['', ''])
    expect(await tried('migrate', ['drop table later_table'])).toEqual([''])
  })
})

describe('the servers', () => {
  it('run with the promised values', async () => {
    const connection = await system.connect('root')
    const [rows] = await connection.query<RowDataPacket[]>('show global variables')
    await connection.end()
    const of = Object.fromEntries(rows.map(({ Variable_name, Value }) => [Variable_name, Value]))
    expect(of).toMatchObject({
      innodb_buffer_pool_size: String(256 * 1024 ** 2),
      // off: docker/mysql/clinic.cnf has the figures
      query_cache_size: '0',
      max_connections: '200',
      slow_query_log: 'ON',
      long_query_time: '2.000000',
      local_infile: 'ON',
      innodb_flush_log_at_trx_commit: '1',
    })
    expect(of.sql_mode).toContain('STRICT_ALL_TABLES')
  })

  it('write a statement of more than two seconds to the slow log, and no quicker one', async () => {
    expect(
      await tried('api', ['select /* quick */ sleep(0.1)', 'select /* slow.probe */ sleep(2.1)']),
    ).toEqual(['', ''])
    // the server answers first and writes then
    const log = () => readFileSync(system.slowLog, 'utf8')
    await until('the slow statement is in the log', async () => log().includes('slow.probe'))
    expect(log()).not.toContain('/* quick */')
  })

  it('satisfy the doctor, as both kinds of process see them', async () => {
    const said = await runCommand(['doctor'], system.envOf('api', { PORT: '0' }))
    expect(said.stdout).toMatch(/audit/)
    expect([said.code, said.stdout]).toEqual([0, said.stdout])
  })
})

describe('the health check of Redis', () => {
  it('passes with the password of its file only', async () => {
    const tools = await serverTools()
    const check = (port: number, file: string) =>
      start('sh', [`${ROOT}docker/redis/healthy.sh`], {
        PATH: `${tools}:${process.env.PATH ?? ''}`,
        REDIS_PORT: String(port),
        REDIS_URL_FILE: join(system.secrets, file),
      }).ended
    expect(await check(system.ports.redis, 'redis_url')).toBe(0)
    expect(await check(system.ports['redis-cache'], 'cache_redis_url')).toBe(0)
    expect(await check(system.ports.redis, 'cache_redis_url')).not.toBe(0)
  })
})

describe('the guide’s commands inside the API container', () => {
  it('migrate says that all is done, though the account may not change the schema', async () => {
    expect(await cli(['migrate'], system.envOf('api'))).toContain('the schema is up to date')
  })

  it('the others may be repeated', async () => {
    expect(await cli(['fixtures:load', 'medications'], system.envOf('api'))).toMatch(/medications: 0 added/)
    expect(await cli(['users:create-initial'], system.envOf('api'))).toMatch(/users already/)
  })
})

describe('a start with default or short secrets', () => {
  const weak = (name: string, text: string) => {
    const file = join(system.dir, name)
    writeFileSync(file, text)
    return file
  }

  it('is refused by API and worker, naming each', async () => {
    for (const service of ['api', 'worker']) {
      const env = system.envOf(service, {
        DATABASE_URL_FILE: weak('weak-db', 'mysql://clinic_api:changeme@127.0.0.1:1/clinic'),
        REDIS_URL_FILE: weak('weak-redis', 'redis://:short@127.0.0.1:1/0'),
      })
      const { code, stderr } = await runCommand(['doctor'], env)
      expect(code).toBe(78)
      expect(stderr).toMatch(/DATABASE_URL: its password is too short or a default one/)
      expect(stderr).toMatch(/REDIS_URL: its password is too short or a default one/)
      expect(stderr).not.toContain('changeme')
    }
  })

  it('is refused by Redis, by the accounts of the database and by Grafana', async () => {
    const path = { PATH: process.env.PATH ?? '' }
    const redis = start('sh', [`${ROOT}docker/redis/start.sh`, 'jobs'], {
      ...path,
      REDIS_URL_FILE: weak('weak-redis-2', 'redis://:changeme@redis:6379/0'),
    })
    expect(await redis.ended).toBe(78)
    weak('database_url_api', 'mysql://clinic_api:clinic@mysql:3306/clinic')
    const accounts = start('sh', [`${ROOT}docker/mysql/accounts.sh`], { ...path, SECRETS_DIR: system.dir })
    expect(await accounts.ended).not.toBe(0)
    expect(accounts.output()).not.toMatch(/CREATE USER/)
    for (const GRAFANA_PASSWORD of ['', 'admin', 'changeme-please-now', 'short'])
      expect([
        GRAFANA_PASSWORD,
        await start('sh', [`${ROOT}docker/grafana/start.sh`], { ...path, GRAFANA_PASSWORD }).ended,
      ]).toEqual([GRAFANA_PASSWORD, 78])
    const good = { ...path, GRAFANA_PASSWORD: 'Long-enough-lantern-7', GRAFANA_RUN: '/bin/true' }
    expect(await start('sh', [`${ROOT}docker/grafana/start.sh`], good).ended).toBe(0)
  })
})
