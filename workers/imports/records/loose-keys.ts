import type { RecordRules } from '../../../shared/imports/records/row.ts'

/**
 * The keys of a row before it is judged, from its fields in the order of the kind: coarser than what is stored, so that
 * rows which will claim the same key always have the same loose key.
 */
export function looseKeysOf({
  fields,
  keys,
}: Pick<RecordRules, 'fields' | 'keys'>): (row: readonly string[]) => string[] {
  const places = keys.map((key) => fields.findIndex(({ name }) => name === key))
  return (row) => {
    const found: string[] = []
    for (let at = 0; at < places.length; at++) {
      const text = row[places[at] as number] ?? ''
      if (text !== '') found.push(`${at}:${text.toUpperCase()}`)
    }
    return found
  }
}
