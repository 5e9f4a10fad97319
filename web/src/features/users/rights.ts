import type { Permission } from './types.ts'

/** What rights are about, for lists to choose from; a right belongs to the group of the thing before its dot. */
export const RIGHT_GROUPS = [
  'patients',
  'queue',
  'care',
  'medicines',
  'money',
  'figures',
  'data',
  'admin',
] as const
export type RightGroup = (typeof RIGHT_GROUPS)[number]

const GROUP_OF: Readonly<Record<string, RightGroup>> = {
  patients: 'patients',
  queue: 'queue',
  appointments: 'queue',
  displays: 'queue',
  consultations: 'care',
  certificates: 'care',
  letters: 'care',
  icd10: 'care',
  medications: 'medicines',
  prescriptions: 'medicines',
  dispensing: 'medicines',
  stock: 'medicines',
  payments: 'money',
  bills: 'money',
  shifts: 'money',
  panels: 'money',
  dashboard: 'figures',
  reports: 'figures',
  exports: 'figures',
  imports: 'data',
  operations: 'data',
  backups: 'data',
  maintenance: 'data',
}

/** The group of a right; what is about the system itself is the administrators'. */
export const groupOf = (permission: Permission): RightGroup =>
  GROUP_OF[permission.slice(0, permission.indexOf('.'))] ?? 'admin'

/** The key of a right's name among the texts. */
export const rightKey = (permission: Permission): string => `rights.of.${permission.replaceAll(/[.-]/g, '_')}`
