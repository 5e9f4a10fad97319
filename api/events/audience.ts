import type { Topic } from '../../shared/events/registry.ts'
import type { Permission, Principal } from '../../shared/rights/permissions.ts'
import type { HeldEntry } from './window.ts'

/**
 * What a topic asks of a listener: one of some permissions for all of it, or a permission for what others made (one's own is always seen), or
 * to be a paired screen.
 */
const RULES: Readonly<
  Record<Topic, { needs: readonly Permission[] } | { needsForOthers: Permission } | { onlyDisplays: true }>
> = {
  operations: { needsForOthers: 'operations.all' },
  queue: { needs: ['queue.view'] },
  // says which and when, not whose: a doctor who sees his own only learns nothing of a patient
  appointments: { needs: ['appointments.view', 'appointments.own'] },
  stock: { needs: ['stock.view'] },
  display: { onlyDisplays: true },
}

const hasOne = ({ permissions }: Principal, anyOf: readonly Permission[]): boolean =>
  anyOf.some((each) => permissions.has(each))

/** Whether a person may listen to a topic at all. */
export function mayListen(principal: Principal, topic: Topic): boolean {
  const rule = RULES[topic]
  const isDisplay = principal.displayId !== undefined
  if (isDisplay || 'onlyDisplays' in rule) return isDisplay && 'onlyDisplays' in rule
  return 'needsForOthers' in rule || hasOne(principal, rule.needs)
}

interface Listener {
  principal: Principal
  topics: readonly Topic[]
  entityId?: string
}

/** Whether this listener wants and may see this event. Denied for topics that are not in the table. */
export function mayRead({ principal, topics, entityId }: Listener, entry: HeldEntry): boolean {
  const topic = topics.find((each) => each === entry.topic)
  if (topic === undefined || (entityId !== undefined && entityId !== entry.entityId)) return false
  const rule = RULES[topic]
  const isDisplay = principal.displayId !== undefined
  if (isDisplay || 'onlyDisplays' in rule) return isDisplay && 'onlyDisplays' in rule
  if ('needs' in rule) return hasOne(principal, rule.needs)
  const own = entry.ownerId !== '' && entry.ownerId === principal.userId
  return own || principal.permissions.has(rule.needsForOthers)
}

/** Whether a session is still what it was when the stream was opened. */
export function sameRights(now: Principal | null, before: Principal): boolean {
  if (now === null || now.userId !== before.userId || now.role !== before.role) return false
  if (now.permissions.size !== before.permissions.size) return false
  return [...now.permissions].every((permission) => before.permissions.has(permission))
}
