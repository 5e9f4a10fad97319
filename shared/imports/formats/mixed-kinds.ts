import { type FhirKind, fhirKind } from './fhir-kinds.ts'

/** The kind under which one FHIR file with resources of many types is imported as a whole. */
export const BUNDLE = 'bundle'

/** The kinds that such a file may bring, in the order in which they refer to each other. */
export const MIXED_KINDS = [
  'patients',
  'medications',
  'visits',
  'conditions',
  'prescriptions',
  'appointments',
] as const
export type MixedKind = (typeof MIXED_KINDS)[number]

const KIND_COLUMN = 'kind'

/** The columns of a mixed file's rows, whatever their kind: one header for all that is refused. */
export const MIXED_COLUMNS: readonly string[] = [
  KIND_COLUMN,
  ...new Set(MIXED_KINDS.flatMap((kind) => fhirKind(kind).columns)),
]

const PLACES: Readonly<Record<MixedKind, readonly number[]>> = Object.fromEntries(
  MIXED_KINDS.map((kind) => [kind, fhirKind(kind).columns.map((name) => MIXED_COLUMNS.indexOf(name))]),
) as never

/** How each type of resource that is read is read. */
export const MIXED_TYPES: ReadonlyMap<string, { kind: MixedKind; fhir: FhirKind }> = new Map(
  MIXED_KINDS.map((kind) => [fhirKind(kind).resourceType, { kind, fhir: fhirKind(kind) }]),
)

/** Why a file that is no FHIR cannot be a bundle. */
export const NOT_FHIR = 'Many kinds in one file are read from FHIR only.'

/** Where the fields of a kind are among {@link MIXED_COLUMNS}: under their own names. */
export const mixedMapping = (kind: string): Record<string, string> =>
  Object.fromEntries(fhirKind(kind).columns.map((name) => [name, name]))

/** The cells of a kind in the places of {@link MIXED_COLUMNS}. */
export function mixedCells(kind: MixedKind, cells: readonly string[]): string[] {
  const row = MIXED_COLUMNS.map(() => '')
  row[0] = kind
  for (const [at, place] of PLACES[kind].entries()) row[place] = cells[at] ?? ''
  return row
}
