import { createHash } from 'node:crypto'
import { copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connectDatabase, type Knex } from '../../shared/db/connect.ts'
import { closeQueues, openQueues } from '../../shared/jobs/queues.ts'
import { requestOperation } from '../../shared/operations/commands.ts'
import { findOperation, type OperationRow } from '../../shared/operations/repository.ts'
import type { TestDeps } from '../../shared/testing/harness.ts'
import { newId } from '../../shared/units/ids.ts'
import type { WorkerServices } from '../runtime/context.ts'
import { fullSpeed } from '../runtime/pace.ts'
import { ActiveRuns, type RunEnd, runOperation } from '../runtime/run-operation.ts'

/** Imports run in the test's own process, on its own database, without a job queue in between. */
export interface ImportRig {
  services: WorkerServices
  runs: ActiveRuns
  /** Puts a file in as an upload would and answers the waiting operation; patients unless a kind is said. */
  request(
    file: string | { text: string | Buffer },
    options?: Record<string, unknown>,
    kind?: string,
  ): Promise<OperationRow>
  /** Runs an operation here and answers how that ended. */
  run(id: string): Promise<RunEnd>
  /** Request, run, and the record after it. */
  import(
    file: string | { text: string | Buffer },
    options?: Record<string, unknown>,
    kind?: string,
  ): Promise<OperationRow>
  record(id: string): Promise<OperationRow>
  close(): Promise<void>
}

const sha256Of = async (path: string) =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex')

/** Opens an {@link ImportRig} on open test connections. */
export function importRig(deps: TestDeps): ImportRig {
  const bulkDb = connectDatabase({
    url: deps.config.DATABASE_URL,
    poolMax: 4,
    connectTimeoutMs: 5000,
    idleTimeoutMs: 60_000,
    statementTimeoutMs: 20_000,
    localInfile: true,
    idleTransactionS: 5,
    log: deps.log,
  })
  const services: WorkerServices = { deps, queues: openQueues(deps), bulkDb, pace: fullSpeed, worker: 'test' }
  const runs = new ActiveRuns()
  const uploads = join(deps.config.DATA_DIR, 'uploads')

  const rig: ImportRig = {
    services,
    runs,
    async request(file, options = {}, kind = 'patients') {
      await mkdir(uploads, { recursive: true })
      const path = join(uploads, newId())
      if (typeof file === 'string') await copyFile(file, path)
      else await writeFile(path, file.text)
      const { size: bytes } = await stat(path)
      const request = {
        type: 'import' as const,
        kind,
        params: { options },
        file: { name: `${kind}.csv`, bytes, sha256: await sha256Of(path), path },
      }
      return (await requestOperation(deps, services.queues, request, { principal: null })).row
    },
    run: (id) => runOperation(services, runs, id),
    async import(file, options, kind) {
      const { id } = await rig.request(file, options, kind)
      await rig.run(id)
      return rig.record(id)
    },
    async record(id) {
      return (await findOperation(deps.db, id)) as OperationRow
    },
    async close() {
      await closeQueues(services.queues)
      await bulkDb.destroy()
    },
  }
  return rig
}

/** Runs `hook` after a piece was judged and looked up, before its transaction begins; `n` counts from 1. */
export function beforeEachWrite(rig: ImportRig, hook: (n: number) => Promise<void>): void {
  const real = rig.services.bulkDb
  let n = 0
  const transaction = async (work: (trx: Knex.Transaction) => Promise<unknown>) => {
    await hook(++n)
    return real.transaction(work)
  }
  rig.services.bulkDb = new Proxy(real, {
    get: (target, name) => (name === 'transaction' ? transaction : Reflect.get(target, name)),
  })
}
