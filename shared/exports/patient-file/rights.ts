import type { Principal } from '../../rights/permissions.ts'

/** Sections of a patient's file. */
export const SECTIONS = [
  'person',
  'visits',
  'consultations',
  'conditions',
  'prescriptions',
  'certificates',
  'letters',
  'bills',
  'payments',
  'appointments',
  'merges',
  'access',
] as const
/** One of {@link SECTIONS}. */
export type Section = (typeof SECTIONS)[number]

/** What of a patient's file somebody may take along; what is not `included` is named in the file as left out. */
export interface FileRights {
  included: ReadonlySet<Section>
  /** Allergies, illnesses, remarks and reasons of visits. */
  health: boolean
}

const NEEDED: Readonly<Partial<Record<Section, readonly string[]>>> = {
  consultations: ['consultations.view'],
  conditions: ['consultations.view'],
  prescriptions: ['prescriptions.view', 'dispensing.view'],
  certificates: ['certificates.view'],
  letters: ['letters.view'],
  bills: ['payments.view'],
  payments: ['payments.view'],
  appointments: ['appointments.view'],
  access: ['audit.view'],
}

/** As much of the file as somebody's own rights open on the screen; null: the system, which may have everything. */
export function fileRights(who: Pick<Principal, 'role' | 'permissions'> | null): FileRights {
  const may = (section: Section) => {
    const needed = NEEDED[section]
    const has = who?.permissions as ReadonlySet<string> | undefined
    return needed === undefined || has === undefined || needed.some((each) => has.has(each))
  }
  return { included: new Set(SECTIONS.filter(may)), health: who?.role !== 'cashier' }
}
