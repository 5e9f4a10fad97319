import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { AppError } from '../../shared/errors/app-error.ts'
import { type TestDatabase, testDatabase, testEnv } from '../../shared/testing/harness.ts'
import { passwordMatches } from '../../shared/users/password.ts'
import { command as verifyAudit } from './audit-verify.ts'
import { type Command, CommandFailed, UsageError } from './command.ts'
import { command as loadFixtures } from './fixtures-load.ts'
import { command as migrate } from './migrate.ts'
import { command as createUser } from './users-create.ts'
import { command as createInitial } from './users-create-initial.ts'
import { command as removeTwoFactor } from './users-remove-2fa.ts'
import { command as resetPassword } from './users-reset-password.ts'

let database: TestDatabase
let out = ''

beforeAll(async () => {
  database = await testDatabase()
  for (const [name, value] of Object.entries(testEnv())) vi.stubEnv(name, value)
  vi.spyOn(console, 'log').mockImplementation((text) => {
    out += `${text}\n`
  })
})
beforeEach(() => {
  out = ''
})
afterAll(async () => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  await database.close()
})

async function run(command: Command, ...args: string[]): Promise<string> {
  out = ''
  expect(await command.run(args)).toBe(0)
  return out
}
const hashOf = async (username: string) =>
  (await database.db('users').where({ username }).first()).password_hash
const ONE_TIME = /[a-z2-9]{5}(?:-[a-z2-9]{5}){3}/

describe('the commands on an empty system', () => {
  it('migrate finds nothing to do', async () => {
    expect(await run(migrate)).toBe('the schema is up to date\n')
  })

  it('fixtures:load loads medicines and codes once', async () => {
    expect(await run(loadFixtures, 'medications')).toBe('medications: 440 added, 0 there already\n')
    expect(await run(loadFixtures, 'medications')).toBe('medications: 0 added, 440 there already\n')
    expect(await run(loadFixtures)).toBe(
      'medications: 0 added, 440 there already\nicd10: 168 added, 0 there already\n',
    )
    expect(await run(loadFixtures, 'icd10')).toBe('icd10: 0 added, 168 there already\n')
    await expect(loadFixtures.run(['people'])).rejects.toBeInstanceOf(UsageError)
  })

  it('users:create-initial makes the first users once and prints what signs them in', async () => {
    const lines = (await run(createInitial)).trim().split('\n').slice(1)
    expect(lines.map((line) => line.trim().split(/\s+/)[0])).toEqual([
      'superadmin',
      'admin',
      'doctor',
      'assistant',
      'pharmacist',
      'cashier',
    ])
    const [password = ''] = ONE_TIME.exec(lines[0] as string) ?? []
    expect(await passwordMatches(await hashOf('superadmin'), password)).toBe(true)
    expect(await run(createInitial)).toContain('none was made')
  })

  it('users:create and users:reset-password print a one-time password that works', async () => {
    const [first = ''] =
      ONE_TIME.exec(await run(createUser, 'mei', '--role', 'doctor', '--name', 'Mei')) ?? []
    expect(await passwordMatches(await hashOf('mei'), first)).toBe(true)
    const [second = ''] = ONE_TIME.exec(await run(resetPassword, 'MEI')) ?? []
    expect(await passwordMatches(await hashOf('mei'), first)).toBe(false)
    expect(await passwordMatches(await hashOf('mei'), second)).toBe(true)
  })

  it('users:remove-2fa takes the second step off, on record, and says when there is none', async () => {
    await expect(removeTwoFactor.run(['mei'])).rejects.toBeInstanceOf(CommandFailed)
    await database
      .db('users')
      .where({ username: 'mei' })
      .update({ totp_enabled_at: '2026-01-01 00:00:00.000' })
    expect(await run(removeTwoFactor, 'Mei')).toContain('off')
    expect((await database.db('users').where({ username: 'mei' }).first()).totp_enabled_at).toBeNull()
    expect(await database.db('audit_entries').where({ action: 'users.remove-2fa' })).toHaveLength(1)
  })

  it('refuse a taken name, a wrong role and an unknown user', async () => {
    const again = createUser.run(['mei', '--role', 'doctor', '--name', 'Mei'])
    await expect(again).rejects.toBeInstanceOf(AppError)
    await expect(createUser.run(['x', '--role', 'boss', '--name', 'X'])).rejects.toBeInstanceOf(UsageError)
    await expect(resetPassword.run(['nobody'])).rejects.toBeInstanceOf(CommandFailed)
  })

  it('say at once that the database is away', async () => {
    vi.stubEnv('DATABASE_URL', 'mysql://a:b@127.0.0.1:1/c')
    const away = loadFixtures.run(['medications'])
    await expect(away).rejects.toMatchObject({ code: 'unavailable/database' })
    vi.stubEnv('DATABASE_URL', testEnv().DATABASE_URL)
  })

  it('audit verify finds the audit intact, and a changed entry', async () => {
    expect(await run(verifyAudit)).toContain('intact')
    await database.admin('audit_entries').update({ at: '2020-01-01 00:00:00.000' })
    const silent = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    expect(await verifyAudit.run([])).toBe(1)
    expect(silent.mock.calls.flat().join()).toContain('NOT INTACT')
  })
})
