import { useUser } from '../../app/session.tsx'
import { type Doctor, useDoctors } from '../doctors/api.ts'

/** Whose columns a person sees: everybody's at the desk, one's own as a doctor. */
export function useColumns(): readonly Doctor[] {
  const user = useUser()
  const seesAll = user.permissions.includes('appointments.view')
  return useDoctors().filter((doctor) => doctor.active && (seesAll || doctor.userId === user.id))
}

/** Whether to offer booking and changes; the server decides in any case. */
export function useMayBook(): boolean {
  const { permissions } = useUser()
  return permissions.includes('appointments.write') || permissions.includes('appointments.own')
}
