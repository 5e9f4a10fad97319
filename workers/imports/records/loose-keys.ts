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
  return (row) =>
    places.flatMap((place, at) => {
      const text = row[place] ?? ''
      return text === '' ? [] : [`${at}:${text.toUpperCase()}`]
    })
}
