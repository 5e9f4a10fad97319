import { fromDatabase } from '../../shared/db/errors.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import { safeError } from '../../shared/log/log.ts'
import { type Command, CommandFailed, EXIT, UsageError } from './command.ts'

/** All commands by name (one word or two), loaded only when they are asked for. */
export type CommandTable = Record<string, () => Promise<{ command: Command }>>

const HELP = new Set(['--help', '-h'])

/** Splits the arguments into a known command and the rest; a name may be two words. */
function find(commands: CommandTable, args: string[]): { name: string; rest: string[] } | undefined {
  for (const words of [2, 1]) {
    const name = args.slice(0, words).join(' ')
    if (Object.hasOwn(commands, name)) return { name, rest: args.slice(words) }
  }
  return undefined
}

async function overview(commands: CommandTable): Promise<string> {
  const width = Math.max(...Object.keys(commands).map((name) => name.length)) + 2
  const lines = await Promise.all(
    Object.entries(commands).map(async ([name, load]) => {
      const { command } = await load()
      return `  ${name.padEnd(width)}${command.summary}`
    }),
  )
  return `usage: npm run cli -- <command> [arguments]\n\n${lines.join('\n')}\n\n<command> --help says more.`
}

const usageOf = (name: string, { summary, usage }: Command) =>
  [`usage: npm run cli -- ${name} ${usage}`.trimEnd(), summary].join('\n')

async function runCommand(name: string, command: Command, rest: string[]): Promise<number> {
  if (rest.some((arg) => HELP.has(arg))) {
    console.log(usageOf(name, command))
    return EXIT.ok
  }
  try {
    return await command.run(rest)
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(`${name}: ${error.message}\n${usageOf(name, command)}`)
      return EXIT.usage
    }
    console.error(`${name}: ${explain(error)}`)
    return EXIT.failed
  }
}

/** What may be said of an error: texts of the database driver carry row values, so only our own texts are shown. */
function explain(raw: unknown): string {
  const error = fromDatabase(raw)
  if (error instanceof CommandFailed || error instanceof AppError) return error.message
  const { type, code, stack } = safeError(error)
  return [code === undefined ? type : `${type} (${code})`, stack].filter(Boolean).join('\n')
}

/** Runs what the command line asks for; answers the exit status. */
export async function runCli(commands: CommandTable, args: string[]): Promise<number> {
  const found = find(commands, args)
  const load = found === undefined ? undefined : commands[found.name]
  if (found !== undefined && load !== undefined) {
    return runCommand(found.name, (await load()).command, found.rest)
  }
  const asked = HELP.has(args[0] ?? '')
  if (asked) console.log(await overview(commands))
  else {
    console.error(await overview(commands))
    // last, where the eye is
    if (args.length > 0) console.error(`\nThere is no command ${args[0]}.`)
  }
  return asked ? EXIT.ok : EXIT.usage
}
