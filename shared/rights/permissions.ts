/**
 * The rights table of the clinic, as data: who may what, denied unless written here.
 * A permission is `<thing>.<verb>`; scopes that need a look at the record (own, all) are checked by each policy.
 */
export const ROLES = ['super_admin', 'admin', 'doctor', 'assistant', 'pharmacist', 'cashier'] as const
export type Role = (typeof ROLES)[number]

/** What an administrator may. */
const ADMIN = [
  'patients.view',
  'patients.write',
  'patients.delete',
  'patients.merge',
  'queue.view',
  'queue.write',
  'doctors.view',
  'doctors.write',
  'settings.view',
  'settings.write',
  'displays.view',
  'displays.write',
  'consultations.view',
  'certificates.view',
  'letters.view',
  'appointments.view',
  'appointments.write',
  'icd10.view',
  'medications.view',
  'medications.write',
  'prescriptions.view',
  'dispensing.view',
  'dispensing.write',
  'stock.view',
  'stock.write',
  'payments.view',
  'payments.write',
  'payments.refund',
  'payments.void',
  'bills.discount',
  'shifts.view',
  'shifts.write',
  'shifts.all',
  'panels.view',
  'panels.write',
  'dashboard.view',
  'imports.patients',
  'imports.all',
  'exports.all',
  'exports.patient-file',
  'reports.all',
  'operations.all',
  'users.view',
  'users.write',
  'security.view',
  'security.write',
  'audit.view',
  'metrics.view',
  'backups.view',
] as const

/** Every permission: an administrator's, then those that he has not by his role. */
export const PERMISSIONS = [
  ...ADMIN,
  'consultations.list',
  'consultations.prescription',
  'consultations.write',
  'certificates.write',
  'letters.write',
  'appointments.own',
  'prescriptions.write',
  'payments.own',
  'dashboard.own',
  'imports.medications',
  'exports.medications',
  'reports.own',
  'reports.day',
  'reports.stock',
  'reports.shift',
  'backups.run',
  'maintenance.run',
  'audit.all',
  'job-queues.manage',
] as const
export type Permission = (typeof PERMISSIONS)[number]

/** What each role may without any grant. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  super_admin: PERMISSIONS,
  admin: ADMIN,
  doctor: [
    'patients.view',
    'patients.write',
    'queue.view',
    'queue.write',
    'dashboard.own',
    'reports.own',
    'doctors.view',
    'consultations.view',
    'consultations.write',
    'certificates.view',
    'certificates.write',
    'letters.view',
    'letters.write',
    'appointments.own',
    'icd10.view',
    'medications.view',
    'prescriptions.view',
    'prescriptions.write',
    'dispensing.view',
    'stock.view',
    'payments.own',
    'panels.view',
  ],
  assistant: [
    'patients.view',
    'patients.write',
    'queue.view',
    'queue.write',
    'doctors.view',
    'consultations.list',
    'certificates.view',
    'appointments.view',
    'appointments.write',
    'icd10.view',
    'medications.view',
    'dispensing.view',
    'dispensing.write',
    'stock.view',
    'stock.write',
    'payments.view',
    'payments.write',
    'shifts.view',
    'shifts.write',
    'panels.view',
    'imports.patients',
    'reports.day',
  ],
  pharmacist: [
    'patients.view',
    'queue.view',
    'doctors.view',
    'consultations.prescription',
    'icd10.view',
    'medications.view',
    'medications.write',
    'prescriptions.view',
    'dispensing.view',
    'dispensing.write',
    'stock.view',
    'stock.write',
    'payments.view',
    'shifts.view',
    'panels.view',
    'panels.write',
    'reports.stock',
  ],
  cashier: [
    'patients.view',
    'queue.view',
    'doctors.view',
    'appointments.view',
    'medications.view',
    'payments.view',
    'payments.write',
    'shifts.view',
    'shifts.write',
    'panels.view',
    'reports.shift',
  ],
}

/** Who is asking: the signed-in person of a request, or the system itself for work without one. */
export interface Principal {
  userId: string
  username: string
  name: string
  role: Role
  permissions: ReadonlySet<Permission>
  /** Set for a paired screen of the waiting room, which is nobody's session and has no permission at all. */
  displayId?: string
}

/** The permissions of a role with its user's grants on top. */
export function permissionsOf(role: Role, grants: readonly string[]): ReadonlySet<Permission> {
  const known = grants.filter((grant): grant is Permission =>
    (PERMISSIONS as readonly string[]).includes(grant),
  )
  return new Set([...ROLE_PERMISSIONS[role], ...known])
}
