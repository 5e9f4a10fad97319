/**
 * Domains whose lists also show something of another domain's records: names of patients stand on the queue's board,
 * and the clinic's settings decide how it reads; a bill is reckoned from what was done and dispensed and from the rule of
 * its panel. A write there makes the lists here old in the same step.
 */
const SHOWN_IN: Readonly<Record<string, readonly string[]>> = {
  patients: ['queue', 'billing', 'appointments'],
  settings: ['queue', 'billing'],
  queue: ['billing'],
  panels: ['billing'],
  consultations: ['billing'],
  prescriptions: ['billing'],
  dispensing: ['billing'],
  medications: ['stock'],
}

/** The other domains whose lists a change of this domain makes old. */
export const dependentsOf = (domain: string): readonly string[] => SHOWN_IN[domain] ?? []
