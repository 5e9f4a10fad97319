import { type CommandTable, runCli } from './run.ts'

/** Every command by its name; a new one is a line here and a file beside this one. */
const COMMANDS: CommandTable = {
  migrate: () => import('./migrate.ts'),
  'fixtures:load': () => import('./fixtures-load.ts'),
  'users:create-initial': () => import('./users-create-initial.ts'),
  'users:create': () => import('./users-create.ts'),
  'users:remove-2fa': () => import('./users-remove-2fa.ts'),
  'users:reset-password': () => import('./users-reset-password.ts'),
  import: () => import('./import.ts'),
  demo: () => import('./demo.ts'),
  backup: () => import('./backup.ts'),
  restore: () => import('./restore.ts'),
  'audit verify': () => import('./audit-verify.ts'),
  'certificate verify': () => import('./certificate-verify.ts'),
  'secrets:generate': () => import('./secrets-generate.ts'),
  doctor: () => import('./doctor.ts'),
  'dashboard:rebuild': () => import('./dashboard-rebuild.ts'),
  'docs:generate': () => import('./docs-generate.ts'),
}

process.exitCode = await runCli(COMMANDS, process.argv.slice(2))
