import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { parseConfig, readKey } from '../../shared/config/config.ts'
import { CommandFailed } from './command.ts'
import { command } from './secrets-generate.ts'

const parent = mkdtempSync(join(tmpdir(), 'clinic-secrets-'))
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(parent, { recursive: true, force: true })
})

it('makes what production accepts, in a folder for the owner alone, and never replaces it', async () => {
  let printed = ''
  vi.spyOn(console, 'log').mockImplementation((text) => {
    printed += `${text}\n`
  })
  const dir = join(parent, 'made')
  expect(await command.run(['--dir', dir])).toBe(0)
  const files = readdirSync(dir)
  // containers run as other users: the closed folder protects the files, not their own modes
  expect(statSync(dir).mode & 0o777).toBe(0o700)
  expect(files.map((file) => statSync(join(dir, file)).mode & 0o777)).toEqual(files.map(() => 0o444))

  const lines = printed.split('\n').filter((line) => line.includes('='))
  const config = parseConfig({
    ...Object.fromEntries(lines.map((line) => line.split('=', 2))),
    NODE_ENV: 'production',
    DATABASE_URL_FILE: join(dir, 'database-url-api'),
    MIGRATE_DATABASE_URL_FILE: join(dir, 'database-url-migrate'),
    REDIS_URL_FILE: join(dir, 'redis-url'),
    CACHE_REDIS_URL_FILE: join(dir, 'cache-redis-url'),
  })
  expect(readKey(config, 'DATA_KEY_FILE')).toHaveLength(32)
  expect(config.INITIAL_ADMIN_PASSWORD?.length).toBeGreaterThanOrEqual(24)
  expect(new URL(config.DATABASE_URL).username).toBe('clinic_api')
  expect(new Set(files.map((file) => readFileSync(join(dir, file), 'utf8'))).size).toBe(files.length)
  expect(printed).toMatch(/^GRAFANA_PASSWORD=\S{24,}$/m)

  const before = files.map((file) => readFileSync(join(dir, file), 'utf8'))
  await expect(command.run(['--dir', dir])).rejects.toBeInstanceOf(CommandFailed)
  expect(files.map((file) => readFileSync(join(dir, file), 'utf8'))).toEqual(before)
  expect(printed).not.toContain(before[0]?.trim())
})
