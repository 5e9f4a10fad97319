import { loadFormulary } from '../../shared/medications/commands.ts'
import { type Command, EXIT, readArgs, UsageError } from './command.ts'
import { withDeps } from './context.ts'

/** Loads reference data that ships with the system; what is there already stays as the clinic has it. */
export const command: Command = {
  summary: 'load reference data that ships with the system (medications); may be repeated',
  usage: 'medications',
  async run(args) {
    const [what] = readArgs(args, {}, 1).positionals
    if (what !== 'medications') throw new UsageError('there is one set of fixtures: medications')
    const { inserted, total } = await withDeps(loadFormulary)
    console.log(`medications: ${inserted} added, ${total - inserted} there already`)
    return EXIT.ok
  },
}
