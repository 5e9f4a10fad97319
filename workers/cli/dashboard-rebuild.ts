import { type DayRange, rebuildFigures } from '../../shared/dashboard/commands.ts'
import { parseDay } from '../../shared/units/dates.ts'
import { type Command, EXIT, readArgs, UsageError } from './command.ts'
import { withDeps } from './context.ts'
import { progressBar } from './progress-bar.ts'

function rangeOf(from: string | undefined, to: string | undefined): DayRange | undefined {
  if (from === undefined && to === undefined) return undefined
  const [first, last] = [parseDay(from ?? ''), parseDay(to ?? from ?? '')]
  if (first === null || last === null || first > last)
    throw new UsageError('--from and --to are days, YYYY-MM-DD, the first one not after the last')
  return { from: first, to: last }
}

/** Makes the figures of the dashboard again from the records, while the clinic works. */
export const command: Command = {
  summary: 'count the figures of the dashboard again from the records',
  usage: '[--from YYYY-MM-DD [--to YYYY-MM-DD]]',
  async run(args) {
    const { values } = readArgs(args, { from: { type: 'string' }, to: { type: 'string' } })
    const range = rangeOf(values.from as string | undefined, values.to as string | undefined)
    const bar = progressBar('months')
    const figures = await withDeps((deps) =>
      rebuildFigures(deps, range, (done, total) => bar.to(done, total)),
    )
    bar.end()
    console.log(`${figures} figures`)
    return EXIT.ok
  },
}
