import { readdir, stat, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ensureBuilt } from '../../testing/launcher.ts'
import { convertBeginning, convertToFile } from './run-convert.ts'
import { testFolder, textRow, workbookParts, writeZip } from './testing.ts'

let folder: Awaited<ReturnType<typeof testFolder>>
beforeAll(async () => {
  await ensureBuilt()
  folder = await testFolder()
})
afterAll(() => folder.remove())

const ROWS = 300_000
const WITHIN_TRIES = 2000
const never = () => new AbortController().signal

const request = (path: string, format: 'xlsx' | 'ndjson') => ({
  ...{ path, format, kind: 'patients', mapping: {}, dir: folder.dir },
  target: folder.path('staged.csv'),
})

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < WITHIN_TRIES && !(await condition()); i++) await sleep(10)
}

it('ends at once with the signal, and leaves nothing', async () => {
  const rows = Array.from({ length: ROWS }, (_, i) => textRow(i + 2, `P${i}`, `Orang ${i}`)).join('')
  const path = await writeZip(
    folder.path('big.xlsx'),
    workbookParts(textRow(1, 'external_id', 'name') + rows),
  )
  const stop = new AbortController()
  const converting = convertToFile(request(path, 'xlsx'), stop.signal)
  converting.catch(() => undefined)
  await until(() =>
    stat(folder.path('staged.csv.part')).then(
      ({ size }) => size > 0,
      () => false,
    ),
  )
  stop.abort(new Error('somebody said stop'))
  await expect(converting).rejects.toThrow('somebody said stop')
  expect(await readdir(folder.dir)).toEqual(['big.xlsx'])
})

it('refuses what needs more memory than is given, and goes on', async () => {
  // every line is within its bounds; as values they are dozens of times as large
  const nasty = `{"resourceType":"Patient","x":[${'{"a":{"b":{}}},'.repeat(500_000)}0]}`
  const path = folder.path('nasty.ndjson')
  await writeFile(path, `${nasty}\n{"resourceType":"Patient","id":"1"}\n`)
  const { path: _, ...rest } = request(path, 'ndjson')
  const outcome = await convertToFile({ ...rest, path }, never()).then(
    () => 'read',
    (error) => error.code,
  )
  expect(['read', 'import/too-much-inside']).toContain(outcome)
  const small = folder.path('small.ndjson')
  await writeFile(small, '{"resourceType":"Patient","id":"1"}\n')
  const { bytes } = await convertBeginning({ ...rest, path: small }, never())
  expect(bytes.toString()).toMatch(/^_line,external_id,.*\n1,1,/)
})

it('says nothing of what stands in the file when something unforeseen happens', async () => {
  const missing = convertToFile(request(folder.path('not there'), 'xlsx'), never())
  await expect(missing).rejects.toThrow(/cut off or damaged/)
  const unforeseen = convertToFile({ ...request(folder.path('x'), 'ndjson'), dir: '/' }, never())
  await expect(unforeseen).rejects.toThrow(/^The conversion failed/)
  await expect(unforeseen).rejects.not.toThrow(/not there/)
})
