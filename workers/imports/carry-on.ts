import { DUPLICATES_PHASE } from '../../shared/imports/duplicates/task.ts'
import type { Processor } from '../runtime/context.ts'
import { runDuplicates } from './duplicates/run.ts'
import { runImport } from './run.ts'

/** Job `imports.run`: carries an import on from where it stands, be that its rows or the desk of duplicates after them. */
export const carryImportOn: Processor = (run) =>
  run.row.phase === DUPLICATES_PHASE ? runDuplicates(run) : runImport(run)
