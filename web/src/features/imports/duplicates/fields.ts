import { FIELD_GROUPS } from '../../patients/field-groups.ts'
import type { DuplicatePair } from './api.ts'

type Person = DuplicatePair['imported']

/** What two records are compared by on the screen, each line of what belongs together. */
const LINES = {
  ...FIELD_GROUPS,
  registeredOn: ['registeredOn'],
} as const satisfies Record<string, readonly (keyof Person)[]>

export type LineName = keyof typeof LINES

/** One line of two records. `differs`: both say something, and not the same. */
export interface Line {
  name: LineName
  differs: boolean
}

const saidBy = (person: Person, name: LineName): string =>
  LINES[name]
    .map((field) => person[field] ?? '')
    .join('\n')
    .trim()

/** The lines in which at least one of the two records says something. */
export function linesOf({ imported, existing }: Pick<DuplicatePair, 'imported' | 'existing'>): Line[] {
  return (Object.keys(LINES) as LineName[]).flatMap((name) => {
    const [one, other] = [saidBy(imported, name), saidBy(existing, name)]
    if (one === '' && other === '') return []
    return [{ name, differs: one !== '' && other !== '' && one !== other }]
  })
}
