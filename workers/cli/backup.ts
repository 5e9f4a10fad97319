import { setTimeout as sleep } from 'node:timers/promises'
import { requestBackup } from '../../shared/backups/commands.ts'
import { loadConfig } from '../../shared/config/config.ts'
import { createLog } from '../../shared/log/log.ts'
import { findOperation, type OperationRow } from '../../shared/operations/repository.ts'
import { countWorkers } from '../../shared/ops/worker-registry.ts'
import type { WorkerServices } from '../runtime/context.ts'
import { ActiveRuns, runOperation } from '../runtime/run-operation.ts'
import { closeWorkerServices, openWorkerServices } from '../runtime/services.ts'
import { type Command, CommandFailed, EXIT, readArgs } from './command.ts'
import { progressBar } from './progress-bar.ts'

const LOOK_EVERY_MS = 300
const HELD = new Set(['queued', 'active'])

async function follow({ deps }: WorkerServices, id: string): Promise<OperationRow> {
  const bar = progressBar('rows')
  try {
    for (;;) {
      const row = (await findOperation(deps.db, id)) as OperationRow
      if (row.total !== null) bar.to(row.processed, row.total)
      if (!HELD.has(row.status)) return row
      await sleep(LOOK_EVERY_MS)
    }
  } finally {
    bar.end()
  }
}

/** Lets a running worker do the work, or does it here when there is none. */
async function carryOut(services: WorkerServices, id: string): Promise<OperationRow> {
  if ((await countWorkers(services.deps)) > 0) return follow(services, id)
  const runs = new ActiveRuns()
  const stop = () => runs.stopAll('shutdown')
  process.once('SIGINT', stop)
  const [row] = await Promise.all([follow(services, id), runOperation(services, runs, id)])
  process.off('SIGINT', stop)
  return row
}

async function report(services: WorkerServices, id: string): Promise<void> {
  const row = await carryOut(services, id)
  if (row.note !== null) console.log(row.note)
  if (row.status === 'completed') return
  const problem = row.error as { title?: string; detail?: string } | null
  throw new CommandFailed(`${row.status}: ${problem?.detail ?? problem?.title ?? 'see the operation'}`)
}

/** Makes a backup and proves it by a restore into a scratch database. */
export const command: Command = {
  summary: 'make a backup and prove it by a restore into a scratch database',
  usage: '[--no-proof]',
  async run(args) {
    const { values } = readArgs(args, { 'no-proof': { type: 'boolean', default: false } })
    const prove = values['no-proof'] !== true
    const services = await openWorkerServices(
      loadConfig(['BACKUP_KEY_FILE']),
      createLog({ LOG_LEVEL: 'error' }, 'cli'),
    )
    try {
      const { deps, queues } = services
      const { id } = await requestBackup(deps, queues, { prove }, { principal: null })
      console.error(`operation ${id}`)
      await report(services, id)
      if (!prove) return EXIT.ok
      const proof = (await deps
        .db('operations')
        .where({ type: 'proof' })
        .orderBy('no', 'desc')
        .first('id')) as { id: string } | undefined
      if (proof !== undefined) await report(services, proof.id)
      return EXIT.ok
    } finally {
      await closeWorkerServices(services)
    }
  },
}
