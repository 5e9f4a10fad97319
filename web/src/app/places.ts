import type { Role, User } from '../features/auth/types.ts'
import type { IconName } from '../ui/icons.tsx'

interface Place {
  to: string
  label: string
  icon: IconName
  roles: readonly Role[]
  /** Served by the API itself, outside this page. */
  outside?: boolean
}

const ADMINS: readonly Role[] = ['super_admin', 'admin']

/** Where one can go from the rail, and who is shown the way; the server decides in any case. */
export const PLACES: readonly Place[] = [
  {
    to: '/patients',
    label: 'nav.patients',
    icon: 'patients',
    roles: [...ADMINS, 'doctor', 'assistant', 'pharmacist', 'cashier'],
  },
  { to: '/imports', label: 'nav.imports', icon: 'imports', roles: [...ADMINS, 'assistant'] },
]

export const OPS_PLACES: readonly Place[] = [
  { to: '/admin/queues', label: 'nav.jobQueues', icon: 'queues', roles: ['super_admin'], outside: true },
  { to: '/api/docs', label: 'nav.apiDocs', icon: 'api', roles: ADMINS, outside: true },
]

export const placesFor = (places: readonly Place[], user: User): Place[] =>
  places.filter((place) => place.roles.includes(user.role))
