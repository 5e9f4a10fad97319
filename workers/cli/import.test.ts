import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type TestDeps, testDeps, testEnv } from '../../shared/testing/harness.ts'
import { command } from './import.ts'

let deps: TestDeps
let folder: string
let out = ''

beforeAll(async () => {
  deps = await testDeps()
  await deps.emptyTables()
  folder = await mkdtemp(join(tmpdir(), 'cli-import-'))
  const env = testEnv({ DATA_DIR: deps.config.DATA_DIR })
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  vi.spyOn(console, 'log').mockImplementation((text) => {
    out += `${text}\n`
  })
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
})
afterAll(async () => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  await rm(folder, { recursive: true, force: true })
  await deps.close()
})

it('import KIND FILE imports any kind and writes what was refused', async () => {
  const file = join(folder, 'doctors.csv')
  const refused = join(folder, 'refused.csv')
  await writeFile(file, 'doctor_code,name\nDR01,Dr A\nDR02,Dr B\nDR02,Dr C\n')
  expect(await command.run(['doctors', file, '--refused', refused])).toBe(0)
  expect(out).toMatch(/^inserted +2$/m)
  expect(out).toMatch(/^rejected +1$/m)
  expect(await readFile(refused, 'utf8')).toContain('DUPLICATE_DOCTOR_CODE')
  expect(await deps.db('doctors').orderBy('code').pluck('code')).toEqual(['DR01', 'DR02'])
})

it('a kind that there is not is refused', async () => {
  await expect(command.run(['houses', join(folder, 'doctors.csv')])).rejects.toThrow()
})
