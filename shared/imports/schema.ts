import { z } from 'zod'

/** Where a field's value comes from: a column, several columns joined, or the same text for every row. */
export const columnSource = z.union([
  z.string().min(1),
  z.strictObject({ join: z.array(z.string().min(1)).min(1).max(20), with: z.string().max(10).default(' ') }),
  z.strictObject({ value: z.string().max(255) }),
])
export type ColumnSource = z.infer<typeof columnSource>

/** Field → source. Fields not named are found by the header. */
export const mappingShape = z.record(z.string(), columnSource)
export type Mapping = z.infer<typeof mappingShape>

export const strictnessShape = z.enum(['strict', 'lenient'])

/** Encodings that may be chosen; without a choice UTF-8, UTF-16 and Windows-1252 are recognised. */
export const encodingShape = z.enum(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252', 'gb18030', 'big5'])
export type Encoding = z.infer<typeof encodingShape>

export const delimiterShape = z.enum([',', ';', '\t', '|'])
export type Delimiter = z.infer<typeof delimiterShape>

/** What a file can be: delimited text, a workbook, FHIR R4 with one resource a line, or one FHIR Bundle. */
export const formatShape = z.enum(['csv', 'tsv', 'xlsx', 'ndjson', 'fhir'])
export type Format = z.infer<typeof formatShape>

/** The `options` part of an import and of a preview. */
export const importOptions = z.strictObject({
  mapping: mappingShape.optional(),
  source: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,40}$/)
    .default('file'),
  onDuplicate: z.enum(['reject', 'skip', 'update']).default('reject'),
  strictness: strictnessShape.default('strict'),
  mode: z.enum(['good-rows', 'all-or-nothing']).default('good-rows'),
  dryRun: z.boolean().default(false),
  encoding: encodingShape.optional(),
  delimiter: delimiterShape.optional(),
})
export type ImportOptions = z.infer<typeof importOptions>

/** The same for a preview, which suggests the strictness where none is given. */
export const previewOptions = importOptions.extend({ strictness: strictnessShape.optional() })
export type PreviewOptions = z.infer<typeof previewOptions>

const rowProblemShape = z.object({ column: z.string(), code: z.string(), message: z.string() })

/** One row of a preview: the values as they would be stored, or as far as they could be read. */
export const previewRow = z.object({
  row: z.int(),
  line: z.int(),
  values: z.record(z.string(), z.string().nullable()),
  leftOut: z.array(z.string()),
  problems: z.array(rowProblemShape),
})

/** What a file looks like before it is imported. `problemsByCode` counts over the first `rowsChecked` rows. */
export const importPreview = z.object({
  format: formatShape,
  /** These three are null for what is no delimited text. */
  encoding: encodingShape.nullable(),
  delimiter: delimiterShape.nullable(),
  lineEnd: z.enum(['lf', 'crlf', 'cr', 'mixed', 'none']).nullable(),
  columns: z.array(z.string()),
  mapping: mappingShape,
  /** Needed fields without a column. */
  missing: z.array(z.string()),
  strictness: strictnessShape,
  rows: z.array(previewRow),
  rowsChecked: z.int(),
  problemsByCode: z.record(z.string(), z.int()),
})
export type PreviewRow = z.infer<typeof previewRow>
export type ImportPreview = z.infer<typeof importPreview>

/** What can be imported and which fields it has. */
export const importKinds = z.object({
  data: z.array(
    z.object({
      kind: z.string(),
      fields: z.array(
        z.object({
          name: z.string(),
          required: z.boolean(),
          least: z.boolean().optional().describe('Needed even where the file is read leniently'),
          format: z.string(),
          example: z.string(),
        }),
      ),
    }),
  ),
})

/** A mapping of an earlier import: to which header it belongs, last used first. */
export const rememberedMapping = z.object({
  kind: z.string(),
  source: z.string(),
  columns: z.array(z.string()),
  mapping: mappingShape,
  strictness: strictnessShape,
  usedAt: z.string(),
})
export const rememberedMappings = z.object({ data: z.array(rememberedMapping) })
