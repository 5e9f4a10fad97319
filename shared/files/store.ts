import { join } from 'node:path'
import type { Deps } from '../deps.ts'

const DAY_MS = 86_400_000
/** How long a result file can be fetched. */
export const KEPT_MS = 7 * DAY_MS

/** Folder of finished result files. */
export const resultsDir = ({ config }: Pick<Deps, 'config'>): string => join(config.DATA_DIR, 'results')

/** Where a file of the shelf lies. */
export const resultPath = (deps: Pick<Deps, 'config'>, path: string): string => join(resultsDir(deps), path)
