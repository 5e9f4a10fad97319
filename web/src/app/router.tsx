import { createBrowserRouter, Navigate } from 'react-router'
import { NotFoundPage, PageFault } from './Fault.tsx'
import { Shell } from './Shell.tsx'

/** Every address of the page; what is not the first screen comes when it is asked for. */
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
          { index: true, element: <Navigate to="/patients" replace /> },
          {
            path: 'patients',
            lazy: async () => ({
              Component: (await import('../features/patients/pages/PatientsPage.tsx')).PatientsPage,
            }),
          },
          {
            path: 'patients/new',
            lazy: async () => ({
              Component: (await import('../features/patients/pages/NewPatientPage.tsx')).NewPatientPage,
            }),
          },
          {
            path: 'patients/:id',
            lazy: async () => ({
              Component: (await import('../features/patients/pages/PatientPage.tsx')).PatientPage,
            }),
          },
          {
            path: 'imports',
            lazy: async () => ({
              Component: (await import('../features/imports/pages/ImportsPage.tsx')).ImportsPage,
            }),
          },
          {
            path: 'imports/new',
            lazy: async () => ({
              Component: (await import('../features/imports/pages/NewImportPage.tsx')).NewImportPage,
            }),
          },
          {
            path: 'imports/:id',
            lazy: async () => ({
              Component: (await import('../features/operations/pages/OperationPage.tsx')).OperationPage,
            }),
          },
          {
            path: 'account/password',
            lazy: async () => ({
              Component: (await import('../features/auth/pages/PasswordPage.tsx')).PasswordPage,
            }),
          },
          {
            path: 'account/sessions',
            lazy: async () => ({
              Component: (await import('../features/auth/pages/SessionsPage.tsx')).SessionsPage,
            }),
          },
          { path: '*', element: <NotFoundPage /> },
        ],
      },
    ],
  },
])
