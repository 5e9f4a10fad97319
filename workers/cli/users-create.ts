import { ROLES } from '../../shared/rights/permissions.ts'
import { createUser } from '../../shared/users/commands.ts'
import { newUserBody } from '../../shared/users/schema.ts'
import { type Command, EXIT, readArgs, UsageError } from './command.ts'
import { withDeps } from './context.ts'

const TEXT = { type: 'string' } as const

/** Makes one user with a one-time password, which is printed once. */
export const command: Command = {
  summary: `make a user with a one-time password; role: ${ROLES.join(', ')}`,
  usage: '<username> --role <role> --name <name> [--email <email>]',
  async run(args) {
    const { values, positionals } = readArgs(args, { role: TEXT, name: TEXT, email: TEXT }, 1)
    const parsed = newUserBody.safeParse({ username: positionals[0], ...values })
    if (!parsed.success) {
      throw new UsageError(
        parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
      )
    }
    const made = await withDeps((deps) => createUser(deps, null, parsed.data, {}))
    console.log(`${made.user.username} (${made.user.role}): one-time password ${made.oneTimePassword}`)
    return EXIT.ok
  },
}
