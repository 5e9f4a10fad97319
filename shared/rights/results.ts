import type { Permission, Principal } from './permissions.ts'

/** What can be exported as a table, and which permissions let somebody: one of them is enough. */
export const TABLE_EXPORT_RIGHTS = {
  patients: ['exports.all'],
  visits: ['exports.all'],
  diagnoses: ['exports.all'],
  conditions: ['exports.all'],
  prescriptions: ['exports.all'],
  certificates: ['exports.all'],
  bills: ['exports.all'],
  payments: ['exports.all'],
  medications: ['exports.all', 'exports.medications'],
  appointments: ['exports.all'],
  doctors: ['exports.all'],
  icd10: ['exports.all'],
} as const satisfies Record<string, readonly Permission[]>
/** A key of {@link TABLE_EXPORT_RIGHTS}. */
export type TableExportKind = keyof typeof TABLE_EXPORT_RIGHTS

/** Kinds that FHIR has a resource for. */
export const FHIR_KINDS: readonly string[] = ['patients', 'visits', 'conditions'] satisfies TableExportKind[]

/** Everything that can be exported; `patient-file` is one patient's whole file as a package. */
export const EXPORT_RIGHTS = {
  ...TABLE_EXPORT_RIGHTS,
  'patient-file': ['exports.all', 'exports.patient-file'],
} as const satisfies Record<string, readonly Permission[]>
/** A key of {@link EXPORT_RIGHTS}. */
export type ExportKind = keyof typeof EXPORT_RIGHTS

/** Permissions of which one is needed to ask for any table. */
export const TABLE_EXPORTERS = ['exports.all', 'exports.medications'] as const satisfies readonly Permission[]
/** Permissions of which one is needed to ask for any export. */
export const EXPORTERS = [...TABLE_EXPORTERS, 'exports.patient-file'] as const satisfies readonly Permission[]

/**
 * Permissions for reports: everything; a doctor's own figures; lists of one day; the stock; the takings of one's own
 * shifts.
 */
export const REPORTERS = [
  'reports.all',
  'reports.own',
  'reports.day',
  'reports.stock',
  'reports.shift',
] as const satisfies readonly Permission[]
export type ReportRight = (typeof REPORTERS)[number]

/** Which permissions open which report; what of it is shown follows from the permission. */
export const REPORT_RIGHTS = {
  'daily-collection': ['reports.all', 'reports.own', 'reports.day', 'reports.shift'],
  revenue: ['reports.all', 'reports.own'],
  visits: ['reports.all', 'reports.own', 'reports.day'],
  waiting: ['reports.all', 'reports.own', 'reports.day'],
  'medication-use': ['reports.all', 'reports.own', 'reports.stock'],
  stock: ['reports.all', 'reports.stock'],
  diagnoses: ['reports.all', 'reports.own'],
  certificates: ['reports.all', 'reports.own', 'reports.day'],
  appointments: ['reports.all', 'reports.own', 'reports.day'],
  'panel-statement': ['reports.all'],
  imports: ['reports.all'],
  'patient-access': ['reports.all'],
} as const satisfies Record<string, readonly ReportRight[]>
/** A key of {@link REPORT_RIGHTS}. */
export type ReportName = keyof typeof REPORT_RIGHTS

type Holder = Pick<Principal, 'permissions'>

/** Whether somebody may export such a kind. A patient's file is nobody's who may not look at patients. */
export const mayExport = ({ permissions }: Holder, kind: string): boolean =>
  ((EXPORT_RIGHTS as Record<string, readonly Permission[]>)[kind] ?? []).some((each) =>
    permissions.has(each),
  ) &&
  (kind !== 'patient-file' || permissions.has('patients.view'))

/** The widest permission by which somebody may have a report; undefined: none. */
export const reportRight = ({ permissions }: Holder, report: string): ReportRight | undefined => {
  const rights = (REPORT_RIGHTS as Record<string, readonly ReportRight[]>)[report] ?? []
  // who was seen by whom is also a matter of the audit
  if (report === 'patient-access' && !permissions.has('audit.view')) return undefined
  return rights.find((each) => permissions.has(each))
}
