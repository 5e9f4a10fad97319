import type { Deps } from '../../shared/deps.ts'
import { loadCommonCodes } from '../../shared/icd10/commands.ts'
import { loadFormulary } from '../../shared/medications/commands.ts'
import { type Command, EXIT, readArgs, UsageError } from './command.ts'
import { withDeps } from './context.ts'

type Load = (deps: Deps) => Promise<{ inserted: number; total: number }>

/** The sets of reference data that ship with the system. */
const SETS: Readonly<Record<string, Load>> = { medications: loadFormulary, icd10: loadCommonCodes }
const NAMES = Object.keys(SETS)

/** Loads reference data that ships with the system; what is there already stays as the clinic has it. */
export const command: Command = {
  summary: `load reference data that ships with the system (${NAMES.join(', ')}; by default all); may be repeated`,
  usage: `[${NAMES.join(' | ')}]`,
  async run(args) {
    const [what] = readArgs(args, {}, Math.min(args.length, 1)).positionals
    if (what !== undefined && !Object.hasOwn(SETS, what))
      throw new UsageError(`there are these sets of fixtures: ${NAMES.join(', ')}`)
    for (const name of what === undefined ? NAMES : [what]) {
      const { inserted, total } = await withDeps(SETS[name] as Load)
      console.log(`${name}: ${inserted} added, ${total - inserted} there already`)
    }
    return EXIT.ok
  },
}
