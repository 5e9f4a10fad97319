import type { JobQueues } from './queues.ts'

/** Name of the jobs that say that something may be due. They carry nothing: what is due is asked of the database. */
export const DUE_JOB = 'schedules.due'
const PREFIX = 'schedule-'

/** When a bell rings: five fields of a pattern in a time zone. */
export interface Bell {
  name: string
  pattern: string
  zone: string
}

/**
 * Puts one job scheduler for each bell into Redis, changed ones anew, and takes out those that are not named. They only
 * make the work begin on time: an emptied Redis loses nothing but that.
 */
export async function hangBells({ realtime }: JobQueues, bells: readonly Bell[]): Promise<void> {
  const wanted = new Set(bells.map(({ name }) => `${PREFIX}${name}`))
  for (const { key } of await realtime.getJobSchedulers()) {
    if (key.startsWith(PREFIX) && !wanted.has(key)) await realtime.removeJobScheduler(key)
  }
  for (const { name, pattern, zone } of bells) {
    await realtime.upsertJobScheduler(
      `${PREFIX}${name}`,
      { pattern, tz: zone },
      { name: DUE_JOB, data: { v: 1 }, opts: { removeOnComplete: true, removeOnFail: true } },
    )
  }
}
