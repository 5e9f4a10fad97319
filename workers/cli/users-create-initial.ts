import { createInitialUsers } from '../../shared/users/commands.ts'
import { type Command, EXIT, readArgs } from './command.ts'
import { withDeps } from './context.ts'

/** Makes the first users of an empty system and prints their one-time passwords, once. */
export const command: Command = {
  summary: 'make the first users when there are none; prints their one-time passwords once',
  usage: '',
  async run(args) {
    readArgs(args, {})
    const users = await withDeps(createInitialUsers)
    if (users.length === 0) console.log('there are users already, none was made')
    else console.log('first users (a printed password is good for one sign-in and shown only here):')
    for (const { username, role, password } of users) {
      console.log(
        `  ${username.padEnd(12)} ${role.padEnd(12)} ${password ?? 'as set in INITIAL_ADMIN_PASSWORD'}`,
      )
    }
    return EXIT.ok
  },
}
