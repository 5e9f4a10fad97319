import { chmod, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { presentBackups } from '../../shared/backups/repository.ts'
import { mayGo } from '../../shared/backups/rules.ts'
import { type BackupRig, backupRig } from './testing.ts'

const DAY_MS = 86_400_000
const NOW = Date.parse('2026-06-01T00:00:00Z')
const backup = (name: string, days: number, proven = false) => ({
  name,
  takenAt: NOW - days * DAY_MS,
  provenAt: proven ? NOW - days * DAY_MS : null,
})
const names = (all: ReturnType<typeof backup>[], keepDays: number, keepCount: number) =>
  mayGo(all, { keepDays, keepCount, now: NOW }).map(({ name }) => name)

describe('retention', () => {
  it('removes by age and by count, never the newest, never the last proven one', () => {
    const all = [backup('a', 0), backup('b', 1), backup('c', 2, true), backup('d', 40), backup('e', 50, true)]
    expect(names(all, 30, 10)).toEqual(['d', 'e'])
    expect(names(all, 100, 2)).toEqual(['d', 'e'])
    expect(names(all, 100, 1)).toEqual(['b', 'd', 'e'])
    expect(names([backup('old', 400, true)], 1, 1)).toEqual([])
    expect(names([backup('new', 300), backup('old', 400, true)], 1, 1)).toEqual([])
  })

  it('whatever there is: newest and last proven stay, and nothing that is young and few goes', () => {
    const one = fc.record({ days: fc.nat(90), proven: fc.boolean() })
    fc.assert(
      fc.property(
        fc.array(one, { maxLength: 30 }),
        fc.nat(60),
        fc.integer({ min: 1, max: 20 }),
        (given, keepDays, keepCount) => {
          const all = given.map(({ days, proven }, i) => backup(`${i}`.padStart(3, '0'), days, proven))
          const gone = new Set(mayGo(all, { keepDays, keepCount, now: NOW }))
          const stay = all.filter((each) => !gone.has(each))
          expect(all.length > 0).toBe(stay.length > 0)
          expect(stay.some(({ provenAt }) => provenAt !== null)).toBe(
            all.some(({ provenAt }) => provenAt !== null),
          )
          expect(Math.max(0, ...stay.map(({ takenAt }) => takenAt))).toBe(
            Math.max(0, ...all.map(({ takenAt }) => takenAt)),
          )
          if (all.length <= keepCount)
            for (const each of gone) expect(NOW - each.takenAt).toBeGreaterThan(keepDays * DAY_MS)
        },
      ),
    )
  })
})

describe('the second place', () => {
  let rig: BackupRig
  let away: string
  beforeAll(async () => {
    away = await mkdtemp(join(inject('services').filesDir, 'away-'))
    rig = await backupRig({ BACKUP_OFFSITE_DIR: join(away, 'disk'), BACKUP_KEEP_COUNT: 1 })
  })
  beforeEach(() => rig.deps.emptyTables())
  afterAll(() => rig.close())

  it('gets a whole copy by path and by command, and is thinned out with the first', async () => {
    const list = join(away, 'list')
    await writeFile(join(away, 'carry.sh'), `#!/bin/sh\necho "$1 $(basename "$2")" >> ${list}\n`)
    await chmod(join(away, 'carry.sh'), 0o755)
    rig.deps.config.BACKUP_OFFSITE_COMMAND = `${join(away, 'carry.sh')} --to=there`
    for (let n = 0; n < 3; n++) expect((await rig.backup()).status).toBe('completed')
    const [row, ...others] = await presentBackups(rig.deps.db)
    expect(others).toEqual([])
    expect(row?.offsite_at).not.toBeNull()
    expect(await readdir(join(away, 'disk'))).toEqual([row?.name])
    expect(await rig.folders()).toEqual([row?.name])
    expect((await readdir(join(away, 'disk', row?.name ?? ''))).sort()).toEqual([
      'database.sql.gz.enc',
      'files.tar.gz.enc',
      'keys.tar.gz.enc',
      'manifest.json',
    ])
    expect((await readFile(list, 'utf8')).trim().split('\n').at(-1)).toBe(`--to=there ${row?.name}`)
  })

  it('that cannot be reached is said loudly, and the backup stays good', async () => {
    rig.deps.config.BACKUP_OFFSITE_COMMAND = join(away, 'nobody-there')
    const done = await rig.backup()
    expect(done.status).toBe('completed')
    expect(done.note).toContain('NOT copied')
    const [row] = await presentBackups(rig.deps.db)
    expect(row).toMatchObject({ offsite_at: null, offsite_fault: 'ENOENT' })
    expect((await rig.prove()).status).toBe('completed')
  })
})
