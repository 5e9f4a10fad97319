import { useUser } from '../../app/session.tsx'
import type { Role } from '../auth/types.ts'

const WRITERS: readonly Role[] = ['super_admin', 'admin', 'doctor', 'assistant']

/** Whether to offer changes of patients; the server decides in any case. */
export function useMayWritePatients(): boolean {
  return WRITERS.includes(useUser().role)
}
