/**
 * Domains whose lists also show something of another domain's records: names of patients stand on the queue's board,
 * and the clinic's settings decide how it reads; a bill names patient, ticket, panel and who took the money; an
 * appointment follows its ticket; the dispensary's work names patient and ticket, counts in the medicine's unit and
 * shows what was ordered and signed. A write there makes the lists here old in the same step.
 */
const SHOWN_IN: Readonly<Record<string, readonly string[]>> = {
  patients: ['queue', 'billing', 'appointments', 'dispensing'],
  settings: ['queue'],
  queue: ['billing', 'appointments', 'dispensing'],
  panels: ['billing'],
  medications: ['stock', 'dispensing'],
  consultations: ['dispensing'],
  prescriptions: ['dispensing'],
  users: ['billing'],
}

/** The other domains whose lists a change of this domain makes old. */
export const dependentsOf = (domain: string): readonly string[] => SHOWN_IN[domain] ?? []
