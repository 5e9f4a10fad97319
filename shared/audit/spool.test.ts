import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type TestDeps, testDeps } from '../testing/harness.ts'
import { isUuid, newId } from '../units/ids.ts'
import { drainOnce } from './drain.ts'
import { type AuditEntry, toAuditRow } from './entry.ts'
import { createLineIds } from './line-ids.ts'
import { openSpool, spoolDir } from './spool.ts'

const read = (patientId: string): AuditEntry => ({ action: 'patients.read', outcome: 'ok', patientId })
const AT = '2026-01-01 00:00:00.000'
const line = (patientId: string, uid = newId()) => `${JSON.stringify(toAuditRow(read(patientId), uid, AT))}\n`

describe('the audit spool', () => {
  let deps: TestDeps
  let dir: string
  const count = async () => Number((await deps.db('audit_entries').count({ n: '*' }).first())?.n)
  const files = () => readdirSync(dir).sort()

  beforeAll(async () => {
    deps = await testDeps({ DATA_DIR: mkdtempSync(join(tmpdir(), 'clinic-spool-')) })
    dir = spoolDir(deps.config.DATA_DIR)
    await mkdir(dir, { recursive: true })
  })
  beforeEach(async () => {
    await deps.emptyTables()
    for (const file of files()) rmSync(join(dir, file))
  })
  afterAll(async () => {
    rmSync(deps.config.DATA_DIR, { recursive: true, force: true })
    await deps.close()
  })

  it('has every line on disk when write resolves, and in the table once after the drain', async () => {
    const spool = await openSpool(deps)
    await Promise.all(Array.from({ length: 300 }, (_, i) => spool.write(read(String(i + 1)))))
    const text = files().map((file) => readFileSync(join(dir, file), 'utf8'))
    expect(text.join('').split('\n').filter(Boolean)).toHaveLength(300)
    await spool.close()
    expect(await drainOnce(deps)).toBe(300)
    expect(await count()).toBe(300)
    expect(files()).toEqual([])
    expect(await deps.db('audit_entries').where({ patient_id: '7' }).first('action', 'outcome')).toEqual({
      action: 'patients.read',
      outcome: 'ok',
    })
  })

  it('inserts each line once when a drain died between the insert and the removal of the file', async () => {
    const lines = Array.from({ length: 2500 }, (_, i) => line(String(i + 1)))
    writeFileSync(join(dir, 'a.ndjson'), lines.slice(0, 1500).join(''))
    await drainOnce(deps)
    writeFileSync(join(dir, 'a.ndjson'), lines.join(''))
    await drainOnce(deps)
    expect(await count()).toBe(2500)
  })

  it('inserts each line once when two processes drain the same files', async () => {
    for (let f = 0; f < 5; f++)
      writeFileSync(join(dir, `${f}.ndjson`), Array.from({ length: 200 }, () => line('1')).join(''))
    await Promise.all([drainOnce(deps), drainOnce(deps), drainOnce(deps)])
    await drainOnce(deps)
    expect(await count()).toBe(1000)
    expect(files()).toEqual([])
  })

  it('takes over the file of a process killed in the middle, without the half line nobody was promised', async () => {
    const script = `
      const { writeSync, openSync } = require('node:fs')
      const file = openSync(process.argv[1], 'ax')
      writeSync(file, process.argv[2] + process.argv[2].slice(0, 40))
      process.kill(process.pid, 'SIGKILL')`
    const path = join(dir, `${newId()}.open`)
    const child = spawn(process.execPath, ['-e', script, path, line('9')])
    const signal = await new Promise((resolve) => child.once('exit', (_, by) => resolve(by)))
    expect(signal).toBe('SIGKILL')
    expect(await drainOnce(deps)).toBe(0)
    // an abandoned file is told by its age
    const later = Date.now() + 60_000
    const now = Date.now
    Date.now = () => later
    try {
      expect(await drainOnce(deps)).toBe(1)
    } finally {
      Date.now = now
    }
    expect(await count()).toBe(1)
    expect(files()).toEqual([])
  })

  it('keeps a file with an unreadable line, and still brings in the others', async () => {
    writeFileSync(join(dir, 'b.ndjson'), `${line('1')}{not json\n${line('2')}`)
    expect(await drainOnce(deps)).toBe(2)
    expect(files()).toEqual(['b.ndjson.bad'])
    expect(await drainOnce(deps)).toBe(0)
  })

  it('refuses the read when the line cannot be written', async () => {
    const spool = await openSpool(deps)
    rmSync(dir, { recursive: true })
    writeFileSync(dir, 'a file where the folder was')
    try {
      await expect(spool.write(read('1'))).rejects.toMatchObject({ code: 'unavailable/audit' })
    } finally {
      rmSync(dir)
      await mkdir(dir)
    }
    await spool.write(read('2'))
    await spool.close()
    expect(await drainOnce(deps)).toBe(1)
  })

  it('gives every line its own UUIDv7, in order', () => {
    const at = new Date('2026-01-02T03:04:05.678Z')
    const next = createLineIds(() => at)
    const ids = Array.from({ length: 100_000 }, () => next())
    expect(new Set(ids.map(({ uid }) => uid)).size).toBe(100_000)
    expect(ids[0]).toMatchObject({ at: '2026-01-02 03:04:05.678' })
    for (const { uid } of ids.slice(0, 5000)) {
      expect(isUuid(uid)).toBe(true)
      expect([Number.parseInt(uid.replaceAll('-', '').slice(0, 12), 16), uid[14], uid[19]]).toEqual([
        at.getTime(),
        '7',
        '8',
      ])
    }
  })

  it('makes any text fit its column', async () => {
    const odd = `名前\u0000${'x'.repeat(300)}`
    const spool = await openSpool(deps)
    await spool.write({ ...read('not an id'), username: odd, entityId: odd, action: 'auth.login-failed' })
    await spool.close()
    expect(await drainOnce(deps)).toBe(1)
    const row = await deps.db('audit_entries').first('username', 'patient_id')
    expect(row.username).toHaveLength(60)
    expect(row.patient_id).toBeNull()
  })
})
