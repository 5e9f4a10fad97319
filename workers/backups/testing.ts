import { readdir } from 'node:fs/promises'
import { inject } from 'vitest'
import { requestBackup, requestProof } from '../../shared/backups/commands.ts'
import { backupToProve } from '../../shared/backups/reads.ts'
import type { Config } from '../../shared/config/config.ts'
import type { OperationRow } from '../../shared/operations/repository.ts'
import { type TestDeps, testDatabaseUrls, testDeps } from '../../shared/testing/harness.ts'
import { type ImportRig, importRig } from '../imports/testing.ts'
import { backupsDir } from './manifest.ts'

/** Backups run in the test's own process, on its own database. */
export interface BackupRig extends ImportRig {
  deps: TestDeps
  /** Asks for a backup without its proof and runs it; the record after that. */
  backup(params?: { prove: boolean }): Promise<OperationRow>
  /** Asks for the proof of the newest backup and runs it. */
  prove(): Promise<OperationRow>
  /** Names of what lies in the folder of backups, unfinished ones too. */
  folders(): Promise<string[]>
}

const SYSTEM = { principal: null }

/** Settings under which a test database can be dumped and proven: the tools, and the account that may make databases. */
export const backupSettings = (): Partial<Config> => ({
  BACKUP_DATABASE_URL: testDatabaseUrls().migrateUrl,
  ...toolsSetting(),
})

function toolsSetting(): Partial<Config> {
  const { toolsDir } = inject('services')
  return toolsDir === null ? {} : { BACKUP_TOOLS_DIR: toolsDir }
}

/** Opens a {@link BackupRig}; call once in a file and `close` in afterAll. */
export async function backupRig(overrides: Partial<Config> = {}): Promise<BackupRig> {
  const deps = await testDeps({ ...backupSettings(), ...overrides })
  const rig = importRig(deps)
  const { services } = rig
  return {
    ...rig,
    deps,
    async backup(params = { prove: false }) {
      const { id } = await requestBackup(deps, services.queues, params, SYSTEM)
      await rig.run(id)
      return rig.record(id)
    },
    async prove() {
      const backup = await backupToProve(deps, undefined)
      const { id } = await requestProof(deps, services.queues, backup, SYSTEM)
      await rig.run(id)
      return rig.record(id)
    },
    folders: () => readdir(backupsDir(deps.config)).catch(() => []),
    async close() {
      await rig.close()
      await deps.close()
    },
  }
}

/** What breaks a reader of dumps that is careless: quotes, brackets, line breaks, an end of a statement. */
const AWKWARD = ['Patient, \'quoted\' "so" \\ (', ');\nINSERT INTO `x` VALUES\n(1);\u0000']

/** Adds `count` made-up patients of about `bytes` bytes each, numbered from `from`. */
export async function fillPatients(deps: TestDeps, count: number, bytes = 500, from = 1): Promise<void> {
  // the server's own sequence of numbers: a hundred thousand rows in a second
  await deps.database.admin.raw(
    `insert into patients (id, name, remarks)
     select seq, concat(?, seq, ?), left(repeat(sha2(seq, 512), 20), ?) from seq_${from}_to_${from + count - 1}`,
    [...AWKWARD, bytes],
  )
}
