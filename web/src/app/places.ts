import { EXPORTERS, REPORTERS } from '../../../shared/rights/results.ts'
import type { Permission, User } from '../features/auth/types.ts'
import type { IconName } from '../ui/icons.tsx'

interface Place {
  to: string
  label: string
  icon: IconName
  /** One of these is needed. */
  anyOf: readonly Permission[]
  /** Further addresses that belong to it. */
  also?: readonly string[]
  /** Served by the API itself, outside this page. */
  outside?: boolean
}

/** Where one can go from the rail, and who is shown the way; the server decides in any case. */
export const PLACES: readonly Place[] = [
  { to: '/queue', label: 'nav.queue', icon: 'queue', anyOf: ['queue.view'] },
  { to: '/patients', label: 'nav.patients', icon: 'patients', anyOf: ['patients.view'] },
  { to: '/consult', label: 'nav.consult', icon: 'consult', anyOf: ['consultations.view'] },
  { to: '/dispensary', label: 'nav.dispense', icon: 'dispense', anyOf: ['dispensing.view'] },
  { to: '/medicines', label: 'nav.medicines', icon: 'medicines', anyOf: ['stock.view'] },
  {
    to: '/cashier',
    label: 'nav.cashier',
    icon: 'cashier',
    anyOf: ['payments.view'],
    also: ['/payments', '/shifts', '/panels'],
  },
  {
    to: '/appointments',
    label: 'nav.appointments',
    icon: 'calendar',
    anyOf: ['appointments.view', 'appointments.own'],
  },
  { to: '/dashboard', label: 'nav.dashboard', icon: 'chart', anyOf: ['dashboard.view', 'dashboard.own'] },
  {
    to: '/imports',
    label: 'nav.imports',
    icon: 'imports',
    anyOf: ['imports.patients', 'imports.medications', 'imports.all'],
  },
  { to: '/reports', label: 'nav.reports', icon: 'reports', anyOf: [...REPORTERS, ...EXPORTERS] },
  {
    to: '/admin',
    label: 'nav.admin',
    icon: 'admin',
    anyOf: ['users.view', 'settings.view', 'audit.view', 'backups.view', 'metrics.view'],
  },
]

export const OPS_PLACES: readonly Place[] = [
  {
    to: '/admin/queues',
    label: 'nav.jobQueues',
    icon: 'queues',
    anyOf: ['job-queues.manage'],
    outside: true,
  },
  { to: '/api/docs', label: 'nav.apiDocs', icon: 'api', anyOf: ['metrics.view'], outside: true },
]

export const placesFor = (places: readonly Place[], user: User): Place[] =>
  places.filter((place) => place.anyOf.some((permission) => user.permissions.includes(permission)))

/** Whether an address belongs to a place. */
export const isPlace = ({ to, also = [] }: Place, pathname: string): boolean =>
  [to, ...also].some((address) => pathname === address || pathname.startsWith(`${address}/`))
