import { type ParseArgsConfig, parseArgs } from 'node:util'

/** One command of the command line. `run` answers the exit status: 0 only when everything was done. */
export interface Command {
  summary: string
  /** What stands behind the command's name, for example `<kind> <file>`. */
  usage: string
  run(args: string[]): Promise<number>
}

/** Exit statuses as the shell knows them. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const

/** A wrong call of a command; `main` prints the text with the usage and ends with status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** A fault the person can understand and mend; `main` prints the text alone and ends with status 1. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed'
}

/** Reads a command's arguments strictly; anything unknown or missing is a {@link UsageError}. */
export function readArgs<T extends ParseArgsConfig['options']>(
  args: string[],
  options: T,
  positionals = 0,
): ReturnType<typeof parse<T>> {
  let parsed: ReturnType<typeof parse<T>>
  try {
    parsed = parse(args, options)
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'wrong arguments')
  }
  if (parsed.positionals.length !== positionals) {
    throw new UsageError(`takes ${positionals} argument(s), got ${parsed.positionals.length}`)
  }
  return parsed
}

const parse = <T extends ParseArgsConfig['options']>(args: string[], options: T) =>
  parseArgs({ args, options: options as NonNullable<T>, allowPositionals: true, strict: true })
