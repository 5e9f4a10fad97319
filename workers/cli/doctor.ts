import { type Command, EXIT, readArgs } from './command.ts'
import { examine } from './doctor-checks.ts'

const MARKS = { ok: 'ok     ', warn: 'warning', bad: 'WRONG  ' } as const

/** Looks at everything the system stands on and says in words what is wrong and what to do about it. */
export const command: Command = {
  summary: 'check the set-up and say what is wrong',
  usage: '',
  async run(args) {
    readArgs(args, {})
    let wrong = 0
    for await (const { name, state, text } of examine()) {
      console.log(`${MARKS[state]}  ${name}: ${text}`)
      if (state === 'bad') wrong++
    }
    console.log(wrong === 0 ? 'nothing is wrong' : `${wrong} thing(s) must be mended`)
    return wrong === 0 ? EXIT.ok : EXIT.failed
  },
}
