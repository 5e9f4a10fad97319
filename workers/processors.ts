import type { JobType } from '../shared/jobs/registry.ts'
import type { Processor } from './runtime/context.ts'

/** Which code carries out which job: total, so that a job type without a processor does not compile; loaded on first use. */
export const processors: Record<JobType, () => Promise<Processor>> = {
  'imports.run': async () => (await import('./imports/carry-on.ts')).carryImportOn,
  'imports.undo': async () => (await import('./imports/undo.ts')).undoImport,
  'backups.run': async () => (await import('./backups/run.ts')).runBackup,
  'backups.prove': async () => (await import('./backups/prove.ts')).proveBackup,
  'maintenance.run': async () => (await import('./maintenance/run.ts')).runMaintenance,
  'exports.run': async () => (await import('./exports/run.ts')).runExport,
  'reports.run': async () => (await import('./reports/run.ts')).runReport,
}
