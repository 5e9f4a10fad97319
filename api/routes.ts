import { findVisibleOperation } from '../shared/operations/reads.ts'
import { appointmentsRoutes } from './appointments/routes.ts'
import { auditRoutes } from './audit/routes.ts'
import { backupsRoutes } from './backups/routes.ts'
import { billingRoutes } from './billing/routes.ts'
import { certificatesRoutes } from './certificates/routes.ts'
import { historyRoutes } from './consultations/history-routes.ts'
import { consultationsRoutes } from './consultations/routes.ts'
import { templateRoutes } from './consultations/template-routes.ts'
import { dashboardRoutes } from './dashboard/routes.ts'
import { dispensingRoutes } from './dispensing/routes.ts'
import { displaysRoutes } from './displays/routes.ts'
import { screenRoutes } from './displays/screen-routes.ts'
import { doctorsRoutes } from './doctors/routes.ts'
import { eventsRoutes } from './events/routes.ts'
import { exportsRoutes } from './exports/routes.ts'
import { familiesRoutes } from './families/routes.ts'
import { filesRoutes } from './files/routes.ts'
import type { Route } from './http/route.ts'
import { icd10Routes } from './icd10/routes.ts'
import { duplicateRoutes } from './imports/duplicate-routes.ts'
import { fixRoutes } from './imports/fix-routes.ts'
import { refusedRoutes } from './imports/refused-routes.ts'
import { importsRoutes } from './imports/routes.ts'
import { lettersRoutes } from './letters/routes.ts'
import { maintenanceRoutes } from './maintenance/routes.ts'
import { medicationsRoutes } from './medications/routes.ts'
import { operationsRoutes } from './operations/routes.ts'
import { opsRoutes } from './ops/routes.ts'
import { panelsRoutes } from './panels/routes.ts'
import { mergeRoutes } from './patients/merge-routes.ts'
import { patientsRoutes } from './patients/routes.ts'
import { watchRoutes } from './patients/watch-routes.ts'
import { prescriptionsRoutes } from './prescriptions/routes.ts'
import { queueRoutes } from './queue/routes.ts'
import { reportsRoutes } from './reports/routes.ts'
import { reportScheduleRoutes } from './schedules/report-routes.ts'
import { schedulesRoutes } from './schedules/routes.ts'
import { securityRoutes } from './security/routes.ts'
import type { ApiServices } from './services.ts'
import { settingsRoutes } from './settings/routes.ts'
import { shiftsRoutes } from './shifts/routes.ts'
import { stockRoutes } from './stock/routes.ts'
import { usersRoutes } from './users/routes.ts'

/** Every route of the API. A domain joins by one line. */
export function allRoutes(services: ApiServices): Route[] {
  const routes: Route[] = [
    ...usersRoutes(services),
    ...importsRoutes(services),
    ...refusedRoutes(services),
    ...fixRoutes(services),
    ...duplicateRoutes(services),
    ...operationsRoutes(services),
    ...exportsRoutes(services),
    ...reportsRoutes(services),
    ...filesRoutes(services),
    ...eventsRoutes({ ...services, findVisibleOperation }),
    ...medicationsRoutes(services),
    ...stockRoutes(services),
    ...prescriptionsRoutes(services),
    ...dispensingRoutes(services),
    ...icd10Routes(services),
    ...consultationsRoutes(services),
    ...templateRoutes(services),
    ...historyRoutes(services),
    ...patientsRoutes(services),
    ...watchRoutes(services),
    ...mergeRoutes(services),
    ...familiesRoutes(services),
    ...doctorsRoutes(services),
    ...settingsRoutes(services),
    ...queueRoutes(services),
    ...dashboardRoutes(services),
    ...appointmentsRoutes(services),
    ...certificatesRoutes(services),
    ...lettersRoutes(services),
    ...panelsRoutes(services),
    ...shiftsRoutes(services),
    ...billingRoutes(services),
    ...displaysRoutes(services),
    ...screenRoutes(services),
    ...securityRoutes(services),
    ...auditRoutes(services),
    ...backupsRoutes(services),
    ...maintenanceRoutes(services),
    ...reportScheduleRoutes(services),
    ...schedulesRoutes(services),
    ...opsRoutes(services.ops, () => routes),
  ]
  return routes
}
