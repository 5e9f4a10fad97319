import type { ComponentType } from 'react'
import { createBrowserRouter } from 'react-router'
import { NotFoundPage, PageFault } from './Fault.tsx'
import { FirstPage } from './FirstPage.tsx'
import { Shell } from './Shell.tsx'

const loaders: (() => Promise<unknown>)[] = []

/** A page whose script comes when it is asked for, or before that when the line is idle. */
function later<Name extends string>(
  load: () => Promise<Record<Name, ComponentType>>,
  name: Name,
): () => Promise<{ Component: ComponentType }> {
  loaders.push(load)
  return async () => ({ Component: (await load())[name] })
}

/** Fetches the scripts of all pages, one after another, so that moving on is instant and works when the line is cut. */
export async function fetchPages(): Promise<void> {
  for (const load of loaders) await load().catch(() => {})
}

/** Every address of the page. */
export const router = createBrowserRouter([
  {
    path: '/',
    element: <Shell />,
    errorElement: <PageFault />,
    // Pages come within a few milliseconds; until then the frame stands alone.
    hydrateFallbackElement: <div />,
    children: [
      {
        errorElement: <PageFault />,
        children: [
          { index: true, element: <FirstPage /> },
          {
            path: 'queue',
            lazy: later(() => import('../features/queue/pages/QueuePage.tsx'), 'QueuePage'),
          },
          {
            path: 'patients',
            lazy: later(() => import('../features/patients/pages/PatientsPage.tsx'), 'PatientsPage'),
          },
          {
            path: 'patients/new',
            lazy: later(() => import('../features/patients/pages/NewPatientPage.tsx'), 'NewPatientPage'),
          },
          {
            path: 'patients/family',
            lazy: later(() => import('../features/families/pages/NewFamilyPage.tsx'), 'NewFamilyPage'),
          },
          {
            path: 'patients/:id',
            lazy: later(() => import('../features/patients/pages/PatientPage.tsx'), 'PatientPage'),
          },
          {
            path: 'consult',
            lazy: later(() => import('../features/consultations/pages/ConsultPage.tsx'), 'ConsultPage'),
          },
          {
            path: 'consult/:id',
            lazy: later(
              () => import('../features/consultations/pages/ConsultationPage.tsx'),
              'ConsultationPage',
            ),
          },
          {
            path: 'dispensary',
            lazy: later(() => import('../features/dispensing/pages/DispensaryPage.tsx'), 'DispensaryPage'),
          },
          {
            path: 'medicines',
            lazy: later(() => import('../features/medications/pages/MedicinesPage.tsx'), 'MedicinesPage'),
          },
          {
            path: 'medicines/:id',
            lazy: later(() => import('../features/medications/pages/MedicinePage.tsx'), 'MedicinePage'),
          },
          {
            path: 'cashier',
            lazy: later(() => import('../features/billing/pages/CashierPage.tsx'), 'CashierPage'),
          },
          {
            path: 'cashier/:visitId',
            lazy: later(() => import('../features/billing/pages/BillPage.tsx'), 'BillPage'),
          },
          {
            path: 'payments',
            lazy: later(() => import('../features/billing/pages/PaymentsPage.tsx'), 'PaymentsPage'),
          },
          {
            path: 'shifts',
            lazy: later(() => import('../features/shifts/pages/ShiftsPage.tsx'), 'ShiftsPage'),
          },
          {
            path: 'panels',
            lazy: later(() => import('../features/panels/pages/PanelsPage.tsx'), 'PanelsPage'),
          },
          {
            path: 'appointments',
            lazy: later(
              () => import('../features/appointments/pages/AppointmentsPage.tsx'),
              'AppointmentsPage',
            ),
          },
          {
            path: 'dashboard',
            lazy: later(() => import('../features/dashboard/pages/DashboardPage.tsx'), 'DashboardPage'),
          },
          {
            path: 'imports',
            lazy: later(() => import('../features/imports/pages/ImportsPage.tsx'), 'ImportsPage'),
          },
          {
            path: 'imports/new',
            lazy: later(() => import('../features/imports/pages/NewImportPage.tsx'), 'NewImportPage'),
          },
          {
            path: 'imports/:id/duplicates',
            lazy: later(() => import('../features/imports/pages/DuplicatesPage.tsx'), 'DuplicatesPage'),
          },
          {
            path: 'imports/:id',
            lazy: later(() => import('../features/operations/pages/OperationPage.tsx'), 'OperationPage'),
          },
          {
            path: 'reports',
            lazy: later(() => import('../features/reports/pages/ReportsPage.tsx'), 'ReportsPage'),
          },
          {
            path: 'admin',
            lazy: later(() => import('../features/admin/AdminFrame.tsx'), 'AdminFrame'),
            children: [
              {
                index: true,
                lazy: later(() => import('../features/admin/AdminFrame.tsx'), 'FirstAdminPage'),
              },
              {
                path: 'users',
                lazy: later(() => import('../features/users/pages/UsersPage.tsx'), 'UsersPage'),
              },
              {
                path: 'tokens',
                lazy: later(() => import('../features/tokens/pages/TokensPage.tsx'), 'TokensPage'),
              },
              {
                path: 'doctors',
                lazy: later(() => import('../features/doctors/pages/DoctorsPage.tsx'), 'DoctorsPage'),
              },
              {
                path: 'settings',
                lazy: later(() => import('../features/settings/pages/SettingsPage.tsx'), 'SettingsPage'),
              },
              {
                path: 'displays',
                lazy: later(() => import('../features/display/pages/DisplaysPage.tsx'), 'DisplaysPage'),
              },
              {
                path: 'audit',
                lazy: later(() => import('../features/audit/pages/AuditPage.tsx'), 'AuditPage'),
              },
              {
                path: 'blocks',
                lazy: later(() => import('../features/security/pages/BlocksPage.tsx'), 'BlocksPage'),
              },
              {
                path: 'backups',
                lazy: later(() => import('../features/backups/pages/BackupsPage.tsx'), 'BackupsPage'),
              },
              {
                path: 'health',
                lazy: later(() => import('../features/health/pages/HealthPage.tsx'), 'HealthPage'),
              },
            ],
          },
          {
            path: 'setup/:step?',
            lazy: later(() => import('../features/setup/pages/SetUpPage.tsx'), 'SetUpPage'),
          },
          {
            path: 'account/password',
            lazy: later(() => import('../features/auth/pages/PasswordPage.tsx'), 'PasswordPage'),
          },
          {
            path: 'account/sessions',
            lazy: later(() => import('../features/auth/pages/SessionsPage.tsx'), 'SessionsPage'),
          },
          {
            path: 'account/two-factor',
            lazy: later(() => import('../features/auth/pages/TwoFactorPage.tsx'), 'TwoFactorPage'),
          },
          { path: '*', element: <NotFoundPage /> },
        ],
      },
    ],
  },
])
