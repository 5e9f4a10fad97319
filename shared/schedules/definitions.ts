import type { OperationType } from '../operations/schema.ts'
import type { Rhythm } from './rules.ts'

/** One entry of the table of schedules: what it asks for, and when until people say otherwise. */
export interface Definition extends Rhythm {
  does: string
  type: OperationType
  kind: string
  params: Record<string, unknown>
}

const daily = (at: string) => ({ every: 'day' as const, at, weekday: null, monthDay: null })

/**
 * Everything that happens by itself. A new schedule is an entry here: it is added to the database at the next start.
 * The backup comes first in the night, then what would be in its way.
 */
export const SCHEDULES = {
  backup: {
    ...daily('02:30'),
    does: 'make a backup, copy it away, thin out old ones, and prove it by a restore',
    type: 'backup',
    kind: 'full',
    params: { prove: true },
  },
  prove: {
    every: 'week',
    at: '04:30',
    weekday: 7,
    monthDay: null,
    does: 'restore the newest backup into a scratch database once more',
    type: 'proof',
    kind: 'restore',
    params: {},
  },
  optimize: {
    every: 'month',
    at: '03:30',
    weekday: null,
    monthDay: 1,
    does: 'refresh the statistics of every table, and rebuild those with much empty room',
    type: 'maintenance',
    kind: 'optimize',
    params: { anyHour: false },
  },
  tidy: {
    ...daily('01:30'),
    does: 'remove files, logs and notes that nobody needs any more',
    type: 'maintenance',
    kind: 'tidy',
    params: { anyHour: true },
  },
  watch: {
    ...daily('08:00'),
    does: 'look at the certificate of the site, the disk and the last proven backup, and warn',
    type: 'maintenance',
    kind: 'watch',
    params: { anyHour: true },
  },
} as const satisfies Record<string, Definition>

export type ScheduleName = keyof typeof SCHEDULES

/** The entry of a name, or undefined when this version has none. */
export const definitionOf = (name: string): Definition | undefined =>
  Object.hasOwn(SCHEDULES, name) ? SCHEDULES[name as ScheduleName] : undefined
