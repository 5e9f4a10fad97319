import { readFile } from 'node:fs/promises'
import { fetchable } from '../../shared/files/reads.ts'
import { closeQueues, openQueues } from '../../shared/jobs/queues.ts'
import { requestOperation } from '../../shared/operations/commands.ts'
import { findOperation, type OperationRow } from '../../shared/operations/repository.ts'
import type { Principal } from '../../shared/rights/permissions.ts'
import type { TestDeps } from '../../shared/testing/harness.ts'
import type { WorkerServices } from '../runtime/context.ts'
import { fullSpeed } from '../runtime/pace.ts'
import { ActiveRuns, type RunEnd, runOperation } from '../runtime/run-operation.ts'

/** Exports and reports run in the test's own process, without a job queue in between. */
export interface FileRig {
  services: WorkerServices
  runs: ActiveRuns
  request(
    type: 'export' | 'report',
    kind: string,
    params?: Record<string, unknown>,
    by?: Principal | null,
  ): Promise<OperationRow>
  run(id: string): Promise<RunEnd>
  record(id: string): Promise<OperationRow>
  /** Request, run; the bytes of the file, or the record's error thrown. */
  file(
    type: 'export' | 'report',
    kind: string,
    params?: Record<string, unknown>,
    by?: Principal | null,
  ): Promise<Buffer>
  bytes(id: string): Promise<Buffer>
  close(): Promise<void>
}

/** Opens a {@link FileRig} on open test connections. */
export function fileRig(deps: TestDeps): FileRig {
  const services: WorkerServices = {
    deps,
    queues: openQueues(deps),
    bulkDb: deps.db,
    pace: fullSpeed,
    worker: 'test',
  }
  const runs = new ActiveRuns()
  const rig: FileRig = {
    services,
    runs,
    request: async (type, kind, params = {}, by = null) =>
      (await requestOperation(deps, services.queues, { type, kind, params }, { principal: by })).row,
    run: (id) => runOperation(services, runs, id),
    record: async (id) => (await findOperation(deps.db, id)) as OperationRow,
    async file(type, kind, params, by) {
      const { id } = await rig.request(type, kind, params, by)
      const end = await rig.run(id)
      if (end.end !== 'done')
        throw new Error(`ended as ${JSON.stringify({ ...end, error: (await rig.record(id)).error })}`)
      return rig.bytes(id)
    },
    bytes: async (id) => readFile((await fetchable(deps, id)).path),
    close: () => closeQueues(services.queues),
  }
  return rig
}
