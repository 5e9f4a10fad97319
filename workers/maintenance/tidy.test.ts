import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestDeps, testDeps } from '../../shared/testing/harness.ts'
import { newId } from '../../shared/units/ids.ts'
import { tidyOnce } from './tidy.ts'

let deps: TestDeps
beforeAll(async () => {
  deps = await testDeps()
})
afterAll(() => deps.close())

const HOUR_S = 3600

async function uploaded(name: string, ageS: number, status?: string): Promise<void> {
  const dir = join(deps.config.DATA_DIR, 'uploads')
  await mkdir(dir, { recursive: true })
  const path = join(dir, name)
  await writeFile(path, 'x')
  const at = Date.now() / 1000 - ageS
  await utimes(path, at, at)
  if (status === undefined) return
  await deps.db('operations').insert({
    id: newId(),
    type: 'import',
    kind: 'patients',
    status,
    params: '{}',
    file_path: path,
    created_at: deps.db.raw('utc_timestamp(3)'),
  })
}

it('removes what is abandoned or done with and keeps what may still be needed', async () => {
  await uploaded('cut-off.part', 2 * HOUR_S)
  await uploaded('arriving.part', 5)
  await uploaded('nobody-s', 2 * HOUR_S)
  await uploaded('waiting', 48 * HOUR_S, 'queued')
  await uploaded('failed-today', 2 * HOUR_S, 'failed')
  await uploaded('failed-long-ago', 8 * 24 * HOUR_S, 'failed')
  await uploaded('completed', 2 * HOUR_S, 'completed')
  expect((await tidyOnce(deps)).uploads).toBe(4)
  const left = await readdir(join(deps.config.DATA_DIR, 'uploads'))
  expect(left.sort()).toEqual(['arriving.part', 'failed-today', 'waiting'])
})

it('removes result files whose time is over and those that nothing knows of', async () => {
  const dir = join(deps.config.DATA_DIR, 'results')
  await mkdir(dir, { recursive: true })
  const kept = async (path: string, expires_at: string, isKnown = true) => {
    await writeFile(join(dir, path), 'x')
    const at = Date.now() / 1000 - 2 * HOUR_S
    await utimes(join(dir, path), at, at)
    const file = { name: path, content_type: 'text/csv', bytes: 1, sha256: '0'.repeat(64), row_count: 0 }
    const created_at = deps.db.raw('utc_timestamp(3)')
    if (isKnown)
      await deps.db('result_files').insert({ ...file, operation_id: newId(), path, created_at, expires_at })
  }
  await kept('over', '2026-01-01 00:00:00')
  await kept('good', '2099-01-01 00:00:00')
  await kept('unknown', '', false)
  expect((await tidyOnce(deps)).results).toBe(2)
  expect(await readdir(dir)).toEqual(['good'])
})
