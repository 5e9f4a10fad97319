/** Source of the present moment; tests put their own in. */
export interface Clock {
  now(): Date
}

export const systemClock: Clock = { now: () => new Date() }

/** An instant as the database keeps it: `YYYY-MM-DD HH:MM:SS.mmm`, UTC. */
export const toSqlUtc = (at: Date): string => at.toISOString().replace('T', ' ').replace('Z', '')

/** A database instant (UTC, without zone) as ISO 8601 with `Z`, or null. */
export const fromSqlUtc = (text: string | null): string | null =>
  text === null ? null : `${text.replace(' ', 'T')}Z`
