import type { ReportName } from '../rights/results.ts'
import { medicationUse, stock } from './medicines.ts'
import { dailyCollection, panelStatement, revenue } from './money.ts'
import { certificates, diagnoses, imports, patientAccess } from './records.ts'
import type { Report } from './report.ts'
import { appointments, visits, waiting } from './visits.ts'

/**
 * The one table of reports. A new one is an entry here, its parameters in `schema.ts` and its rights in
 * `shared/rights/results.ts`; without them nothing compiles.
 */
export const REPORTS: Readonly<Record<ReportName, Report>> = {
  'daily-collection': dailyCollection,
  revenue,
  visits,
  waiting,
  'medication-use': medicationUse,
  stock,
  diagnoses,
  certificates,
  appointments,
  'panel-statement': panelStatement,
  imports,
  'patient-access': patientAccess,
}
