import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type TestDeps, testDeps } from '../testing/harness.ts'
import { sealOnce } from './seal.ts'
import { verifyAudit } from './verify.ts'
import { writeAudit } from './write.ts'

describe('the sealed audit', () => {
  let deps: TestDeps

  beforeAll(async () => {
    deps = await testDeps()
  })
  beforeEach(() => deps.emptyTables())
  afterAll(() => deps.close())

  const add = (n: number, at?: Date) =>
    deps.db.transaction((trx) =>
      writeAudit(
        trx,
        Array.from({ length: n }, (_, i) => ({
          action: 'patients.update',
          outcome: 'ok' as const,
          patientId: String(i + 1),
          username: 'aminah',
          detail: { version: i, quote: `"'\\` },
        })),
        at,
      ),
    )
  const ids = async () => (await deps.db('audit_entries').orderBy('id').pluck('id')) as string[]
  const sealThrice = async () => {
    for (let i = 0; i < 3; i++) {
      await add(4)
      expect(await sealOnce(deps)).toBe(4)
    }
  }

  it('accepts what nobody touched and names how far it reached', async () => {
    await sealThrice()
    expect(await sealOnce(deps)).toBe(0)
    const progress: number[] = []
    const verdict = await verifyAudit(deps, (at) => progress.push(at.entries))
    expect(verdict).toMatchObject({ ok: true, entries: 12, seals: 3, lastSealId: '3' })
    expect(progress).toEqual([12])
  })

  it('does not let the application change or remove what is written', async () => {
    await sealThrice()
    for (const table of ['audit_entries', 'audit_seals', 'audit_sealed']) {
      await expect(deps.db(table).delete()).rejects.toMatchObject({ errno: 1142 })
    }
    await expect(deps.db('audit_seals').update({ hash: 'x' })).rejects.toMatchObject({ errno: 1142 })
  })

  it('names the entry that was edited', async () => {
    await sealThrice()
    const victim = (await ids())[5] as string
    for (const change of [
      { username: 'other' },
      { outcome: 'failed' },
      { detail: '{}' },
      { patient_id: null },
    ]) {
      const before: Record<string, unknown> = await deps.database
        .admin('audit_entries')
        .where({ id: victim })
        .first(Object.keys(change))
      await deps.database.admin('audit_entries').where({ id: victim }).update(change)
      const verdict = await verifyAudit(deps)
      expect(verdict.ok).toBe(false)
      expect(verdict.fault).toMatchObject({ entryId: victim, sealId: '2' })
      const back = Object.fromEntries(
        Object.entries(before).map(([key, v]) => [key, typeof v === 'object' && v ? JSON.stringify(v) : v]),
      )
      await deps.database.admin('audit_entries').where({ id: victim }).update(back)
    }
    expect((await verifyAudit(deps)).ok).toBe(true)
  })

  it('names the entry that was deleted, and notices when its membership went too', async () => {
    await sealThrice()
    const victim = (await ids())[9] as string
    await deps.database.admin('audit_entries').where({ id: victim }).delete()
    expect((await verifyAudit(deps)).fault).toMatchObject({ entryId: victim, sealId: '3' })
    await deps.database.admin('audit_sealed').where({ audit_id: victim }).delete()
    expect((await verifyAudit(deps)).fault).toMatchObject({ entryId: null, sealId: '3' })
  })

  it('notices two entries that changed places', async () => {
    await sealThrice()
    const [a, b] = (await ids()).slice(2, 4) as [string, string]
    const admin = deps.database.admin
    await admin('audit_entries').where({ id: a }).update({ id: '999999' })
    await admin('audit_entries').where({ id: b }).update({ id: a })
    await admin('audit_entries').where({ id: '999999' }).update({ id: b })
    expect((await verifyAudit(deps)).fault).toMatchObject({ entryId: a })
  })

  it('notices a seal that was removed or made again', async () => {
    await sealThrice()
    await deps.database.admin('audit_seals').where({ id: 2 }).delete()
    expect((await verifyAudit(deps)).fault?.what).toBe('seal 2 is missing')
    await deps.emptyTables()
    await sealThrice()
    await deps.database
      .admin('audit_seals')
      .where({ id: 2 })
      .update({ hash: 'f'.repeat(64) })
    expect((await verifyAudit(deps)).fault).toMatchObject({ sealId: '2', what: 'the seal was changed' })
    await deps.emptyTables()
    await sealThrice()
    await deps.database.admin('audit_seals').where({ id: 3 }).delete()
    expect((await verifyAudit(deps)).fault).toMatchObject({ sealId: '3' })
  })

  it('seals a lower id that was committed later', async () => {
    let commitLate: () => void = () => undefined
    const late = new Promise<void>((resolve) => (commitLate = resolve))
    let started: () => void = () => undefined
    const begun = new Promise<void>((resolve) => (started = resolve))
    const slow = deps.db.transaction(async (trx) => {
      await writeAudit(trx, { action: 'imports.chunk', outcome: 'ok' })
      started()
      await late
    })
    await begun
    await add(3)
    expect(await sealOnce(deps, { wide: false })).toBe(3)
    commitLate()
    await slow
    expect(await sealOnce(deps, { wide: false })).toBe(0)
    expect(await sealOnce(deps)).toBe(1)
    expect(await verifyAudit(deps)).toMatchObject({ ok: true, entries: 4, seals: 2 })
  })

  it('makes one chain when many seal at once while others write', async () => {
    await Promise.all(
      Array.from({ length: 5 }, async () => {
        for (let i = 0; i < 5; i++) {
          await add(2)
          await sealOnce(deps)
        }
      }),
    )
    await sealOnce(deps)
    expect(await verifyAudit(deps)).toMatchObject({ ok: true, entries: 50 })
  })

  it('fails on an entry that has been unsealed for too long', async () => {
    await add(1, new Date(Date.now() - 10 * 60_000))
    const verdict = await verifyAudit(deps, undefined, 10)
    expect(verdict.ok).toBe(false)
    expect(verdict.fault?.entryId).toBe((await ids())[0])
    await sealOnce(deps)
    expect((await verifyAudit(deps)).ok).toBe(true)
  })
})
