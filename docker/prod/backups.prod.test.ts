import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from '../../shared/testing/processes.ts'
import { cli, type ProductionSystem, serverTools, startProduction } from './testing.ts'

let system: ProductionSystem

beforeAll(async () => {
  const toolsDir = await serverTools()
  system = await startProduction(toolsDir === '' ? {} : { BACKUP_TOOLS_DIR: toolsDir })
})
afterAll(() => system?.stop())

const folders = () => readdirSync(join(system.dir, 'data', 'backups'))
async function rows(account: string, sql: string): Promise<RowDataPacket[]> {
  const connection = await system.connect(account)
  try {
    return (await connection.query<RowDataPacket[]>(sql))[0]
  } finally {
    await connection.end()
  }
}

describe('backups with the accounts of production', () => {
  it('are made and proven by the worker, and no scratch database stays', async () => {
    const said = await cli(['backup'], system.envOf('worker'))
    expect(said).toMatch(/rows of \d+ tables/)
    expect(said).toContain('is proven')
    expect(await rows('root', "show databases like 'clinic\\_proof%'")).toEqual([])
    const health = await fetch(`${system.api.url}/api/performance/health`)
    const { checks } = (await health.json()) as { checks: { backup: { status: string } } }
    expect(checks.backup.status).toBe('healthy')
  })

  it('the account of backups may make its scratch databases and no others', async () => {
    const tried = (sql: string) =>
      rows('backup', sql).then(
        () => 'done',
        (error: { code: string }) => error.code,
      )
    expect(await tried('create database clinic_proof_7')).toBe('done')
    expect(await tried('drop database clinic_proof_7')).toBe('done')
    for (const name of ['clinic_proof', 'clinicXproofX7', 'clinic_other', 'clinic_admin2', 'other'])
      expect(await tried(`create database ${name}`), name).toBe('ER_DBACCESS_DENIED_ERROR')
    expect(await tried('drop table clinic.patients')).toMatch(/DENIED/)
  })

  it('are restored by the account that migrates, which still may not change the audit', async () => {
    const [name] = folders()
    const env = system.envOf('migrate', { BACKUP_KEY_FILE: join(system.secrets, 'backup_key') })
    const folder = join(system.dir, 'data', 'backups', name as string)
    const refused = await runCommand(['restore', folder], env)
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('The system is running')])
    await Promise.all([system.api.stop(), system.worker.stop()])
    const before = await rows('root', 'select count(*) as n from clinic.medications')
    expect(await cli(['restore', folder], env)).toContain('restored:')
    expect(await rows('root', 'select count(*) as n from clinic.medications')).toEqual(before)
    expect(folders().some((each) => each.endsWith('before-restore'))).toBe(true)
    for (const account of ['api', 'worker', 'migrate'])
      await expect(rows(account, 'delete from clinic.audit_entries')).rejects.toMatchObject({
        code: expect.stringMatching(/DENIED/),
      })
    const health = await cli(['doctor'], system.envOf('worker'))
    expect(health).toContain('BACKUP_KEY_FILE: readable')
    expect(readFileSync(join(folder, 'manifest.json'), 'utf8')).not.toContain(system.secret('backup_key'))
  })
})
