import { resetPassword } from '../../shared/users/commands.ts'
import { findByAccount } from '../../shared/users/repository.ts'
import { type Command, CommandFailed, EXIT, readArgs } from './command.ts'
import { withDeps } from './context.ts'

/** Gives a user a new one-time password, printed once, and ends all of that user's sessions. */
export const command: Command = {
  summary: 'give a user a new one-time password and end all of its sessions',
  usage: '<username>',
  async run(args) {
    const [account = ''] = readArgs(args, {}, 1).positionals
    const password = await withDeps(async (deps) => {
      const user = await findByAccount(deps.db, account.toLowerCase())
      if (user === undefined) throw new CommandFailed('there is no such user')
      return (await resetPassword(deps, null, user.id, {})).oneTimePassword
    })
    console.log(`one-time password ${password}`)
    return EXIT.ok
  },
}
