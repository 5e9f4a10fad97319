import type { z } from 'zod'
import type {
  Format,
  importKinds,
  importOptions,
  importPreview,
  rememberedMapping,
} from '../../../../shared/imports/schema.ts'

export type { ColumnSource, Format, Mapping } from '../../../../shared/imports/schema.ts'

/** The choices of an import as they are sent; what is absent is found out by the server. */
export type ImportOptions = z.input<typeof importOptions>
export type Strictness = NonNullable<ImportOptions['strictness']>
export type OnDuplicate = NonNullable<ImportOptions['onDuplicate']>

export type ImportKind = z.infer<typeof importKinds>['data'][number]
export type ImportField = ImportKind['fields'][number]

/** What the server made of the beginning of a file. */
export type Preview = z.infer<typeof importPreview> & {
  /** The operation that read the very same file before. */
  sameFileAs?: string | null
}
/** FHIR has fields of its own: there is nothing to map. */
export const isFhir = (format: Format): boolean => format === 'ndjson' || format === 'fhir'

/** The columns as somebody mapped them in an earlier import. */
export type EarlierMapping = z.infer<typeof rememberedMapping>
export type PreviewRow = Preview['rows'][number]
