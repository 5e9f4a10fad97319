import { notifications } from '@mantine/notifications'
import i18next from 'i18next'
import { waitsForDecision } from '../features/operations/moves.ts'
import { optionsOf } from '../features/operations/options.ts'
import type { Operation } from '../features/operations/types.ts'
import type { StreamEvent } from '../lib/event-source.ts'
import { formatCount } from '../lib/format.ts'

const ENDS = new Set(['operation.completed', 'operation.failed'])

/** Tells the person whose import has ended, unless its own page is being looked at or the tab is not. */
export function announceEnd(event: StreamEvent, userId: string): void {
  const operation = (event.data as { entity?: Operation } | null)?.entity
  if (!operation || operation.createdBy?.id !== userId || document.visibilityState !== 'visible') return
  if (!ENDS.has(event.name) && !waitsForDecision(operation)) return
  // a rehearsal is completed by its maker's own decision
  if (operation.status === 'completed' && optionsOf(operation).dryRun === true) return
  const address = `/imports/${operation.id}`
  if (window.location.pathname === address) return
  const counts = operation.counts
  notifications.show({
    id: operation.id,
    color: operation.status === 'failed' ? 'red' : 'brand',
    title: operation.file?.name ?? i18next.t(`operations.type.${operation.type}`),
    message:
      operation.type === 'import'
        ? i18next.t(`announce.${operation.status}`, {
            read: formatCount(counts?.read ?? 0),
            rejected: formatCount(counts?.rejected ?? 0),
          })
        : i18next.t(`announce.other.${operation.status}`),
    closeButtonProps: { 'aria-label': i18next.t('action.close') },
  })
}

/** Tells the desk that a screen of the waiting room is gone, so that somebody calls by voice. */
export function announceOffline(event: StreamEvent): void {
  if (event.name !== 'display.offline') return
  const entity = (event.data as { entity?: { id: string; name?: string } } | null)?.entity
  notifications.show({
    id: `display-${entity?.id}`,
    color: 'red',
    autoClose: false,
    message: i18next.t('queue.screenOffline', { name: entity?.name ?? '' }),
    closeButtonProps: { 'aria-label': i18next.t('action.close') },
  })
}
