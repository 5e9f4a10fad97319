import { addDays } from '../units/dates.ts'

/** Where a certificate can stand. */
export const CERTIFICATE_STATUSES = ['issued', 'void'] as const
/** One of {@link CERTIFICATE_STATUSES}. */
export type CertificateStatus = (typeof CERTIFICATE_STATUSES)[number]

/** From where to where a certificate may go; whatever is not here is refused. */
const TRANSITIONS: Readonly<Record<CertificateStatus, readonly CertificateStatus[]>> = {
  issued: ['void'],
  void: [],
}

/** Whether the table of transitions has this one. */
export const mayBecome = (from: CertificateStatus, to: CertificateStatus): boolean =>
  TRANSITIONS[from].includes(to)

const NUMBER_DIGITS = 6

/** The first part of every certificate's number: `MC-000123`. */
export const NUMBER_PREFIX = 'MC-'
/** How many digits a number has at least. */
export const NUMBER_MIN_DIGITS = NUMBER_DIGITS

const DAY_MS = 86_400_000
const dayMs = (day: string): number => Date.parse(`${day}T00:00:00Z`)

/** How many days a leave has, first and last day included. */
export const daysOf = (from: string, to: string): number => Math.round((dayMs(to) - dayMs(from)) / DAY_MS) + 1

/** How many days ahead of its issue a leave may begin. */
const AHEAD_DAYS = 7

/** What the clinic's settings allow, in days. */
export interface LeaveLimits {
  backdateDays: number
  maxDays: number
}

/**
 * What is wrong with the days of a leave that is issued on a day, by field; empty when nothing is. A replacement may
 * begin where the certificate did that it replaces.
 */
export function faultsOfLeave(
  leave: { from: string; to: string },
  issuedOn: string,
  { backdateDays, maxDays }: LeaveLimits,
  replacedFrom?: string,
): { path: 'from' | 'to'; message: string }[] {
  const { from, to } = leave
  if (to < from) return [{ path: 'to', message: 'Must not be before the first day' }]
  const faults: { path: 'from' | 'to'; message: string }[] = []
  const limit = addDays(issuedOn, -backdateDays)
  const earliest = replacedFrom !== undefined && replacedFrom < limit ? replacedFrom : limit
  if (from < earliest) faults.push({ path: 'from', message: 'Is dated back further than the clinic allows' })
  if (from > addDays(issuedOn, AHEAD_DAYS)) faults.push({ path: 'from', message: 'Is too far ahead' })
  if (daysOf(from, to) > maxDays) faults.push({ path: 'to', message: 'Is longer than the clinic allows' })
  return faults
}
