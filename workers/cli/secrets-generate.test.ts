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

it('makes what production accepts, readable by the owner alone, and never replaces it', async () => {
  let printed = ''
  vi.spyOn(console, 'log').mockImplementation((text) => {
    printed += `${text}\n`
  })
  const dir = join(parent, 'made')
  expect(await command.run(['--dir', dir])).toBe(0)
  const files = readdirSync(dir)
  expect(files.map((file) => statSync(join(dir, file)).mode & 0o777)).toEqual(files.map(() => 0o600))

  const lines = printed.split('\n').filter((line) => line.includes('='))
  const config = parseConfig({
    ...Object.fromEntries(lines.map((line) => line.split('=', 2))),
    NODE_ENV: 'production',
    DATABASE_URL: 'mysql://a:a-long-password@h/d',
    REDIS_URL: 'redis://h',
    CACHE_REDIS_URL: 'redis://h',
  })
  expect(readKey(config, 'DATA_KEY_FILE')).toHaveLength(32)
  expect(config.INITIAL_ADMIN_PASSWORD?.length).toBeGreaterThanOrEqual(24)

  const before = files.map((file) => readFileSync(join(dir, file), 'utf8'))
  await expect(command.run(['--dir', dir])).rejects.toBeInstanceOf(CommandFailed)
  expect(files.map((file) => readFileSync(join(dir, file), 'utf8'))).toEqual(before)
  expect(printed).not.toContain(before[0]?.trim())
})
