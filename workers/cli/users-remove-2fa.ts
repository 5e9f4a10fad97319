import { findByAccount } from '../../shared/users/repository.ts'
import { removeTwoFactor } from '../../shared/users/two-factor.ts'
import { type Command, CommandFailed, EXIT, readArgs } from './command.ts'
import { withDeps } from './context.ts'

/** Takes the second step off a user who lost telephone and recovery codes; the way back in for the only administrator. */
export const command: Command = {
  summary: 'take the second step at sign-in off a user and end all of its sessions',
  usage: '<username>',
  async run(args) {
    const [account = ''] = readArgs(args, {}, 1).positionals
    await withDeps(async (deps) => {
      const user = await findByAccount(deps.db, account.toLowerCase())
      if (user === undefined) throw new CommandFailed('there is no such user')
      if (user.totp_enabled_at === null) throw new CommandFailed('this user has no second step')
      await removeTwoFactor(deps, null, user.id, {})
    })
    console.log('the second step is off; the password alone opens the account now')
    return EXIT.ok
  },
}
