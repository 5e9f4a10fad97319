import { useUser } from '../../app/session.tsx'

/** Whether to offer changes of patients; the server decides in any case. */
export function useMayWritePatients(): boolean {
  return useUser().permissions.includes('patients.write')
}
