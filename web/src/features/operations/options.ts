import type { ImportOptions } from '../imports/types.ts'
import type { Operation } from './types.ts'

/** The choices an import was started with. */
export function optionsOf(operation: Operation): ImportOptions {
  return (operation.params.options ?? {}) as ImportOptions
}
