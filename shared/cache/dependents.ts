/**
 * Domains whose lists also show something of another domain's records: names of patients stand on the queue's board,
 * and the clinic's settings decide how it reads; a bill names patient, ticket and panel; an
 * appointment follows its ticket. A write there makes the lists
 * here old in the same step.
 */
const SHOWN_IN: Readonly<Record<string, readonly string[]>> = {
  patients: ['queue', 'billing', 'appointments'],
  settings: ['queue'],
  queue: ['billing', 'appointments'],
  panels: ['billing'],
  medications: ['stock'],
}

/** The other domains whose lists a change of this domain makes old. */
export const dependentsOf = (domain: string): readonly string[] => SHOWN_IN[domain] ?? []
