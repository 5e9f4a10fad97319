import type { Permission } from '../auth/types.ts'

/** The administrators' pages, and the permission that shows each; the server decides in any case. */
export const ADMIN_PLACES = [
  { to: 'users', permission: 'users.view' },
  { to: 'tokens', permission: 'users.write' },
  { to: 'doctors', permission: 'doctors.write' },
  { to: 'settings', permission: 'settings.view' },
  { to: 'displays', permission: 'displays.view' },
  { to: 'audit', permission: 'audit.view' },
  { to: 'blocks', permission: 'security.view' },
  { to: 'backups', permission: 'backups.view' },
  { to: 'health', permission: 'metrics.view' },
] as const satisfies readonly { to: string; permission: Permission }[]
