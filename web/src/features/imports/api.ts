import { request } from '../../lib/http.ts'
import { type UploadOptions, upload } from '../../lib/upload.ts'
import type { Operation } from '../operations/types.ts'
import type { EarlierMapping, Format, ImportKind, ImportOptions, Preview } from './types.ts'

/** As much of a text file as the preview looks at; the whole of it is sent only at Start. */
const PREVIEW_BYTES = 4 * 1024 * 1024

export const importKeys = { kinds: ['imports', 'kinds'], mappings: ['imports', 'mappings'] } as const

/** What can be imported by this person, with the fields of each kind. */
export async function fetchKinds(signal?: AbortSignal): Promise<ImportKind[]> {
  const answer = await request<{ data: ImportKind[] }>('/api/imports/kinds', { signal })
  return answer.data
}

/** How earlier files were mapped, last used first. */
export async function fetchMappings(signal?: AbortSignal): Promise<EarlierMapping[]> {
  const answer = await request<{ data: EarlierMapping[] }>('/api/imports/mappings', { signal })
  return answer.data
}

export function templateUrl(kind: string): string {
  return `/api/imports/kinds/${encodeURIComponent(kind)}/template.csv`
}

/** What is sent of a file: which kind of things it holds, how it is read, and the format if somebody chose one. */
export interface ImportChoices {
  kind: string
  format: Format | undefined
  options: ImportOptions
}

/** The parts in the order the server needs them: the file last, so that it can be streamed. */
function form({ kind, format, options }: ImportChoices, file: Blob, name: string): FormData {
  const parts = new FormData()
  parts.set('kind', kind)
  if (format !== undefined) parts.set('format', format)
  parts.set('options', JSON.stringify(options))
  parts.append('file', file, name)
  return parts
}

/** A workbook has its list of contents at its end: the beginning alone cannot be read. */
const isWorkbook = (file: File, format: Format | undefined): boolean =>
  format === 'xlsx' || (format === undefined && /\.xls[xm]$/i.test(file.name))

/** How the beginning of the file would be read. */
export function previewImport(choices: ImportChoices, file: File, signal: AbortSignal): Promise<Preview> {
  const sent = isWorkbook(file, choices.format) ? file : file.slice(0, PREVIEW_BYTES)
  return upload<Preview>('/api/imports/preview', form(choices, sent, file.name), { signal })
}

export interface Started {
  operation: Operation
  /** The earlier operation with the very same file. */
  sameFileAs: string | null
}

/** Sends the whole file and starts the import. */
export function startImport(choices: ImportChoices, file: File, sending: UploadOptions): Promise<Started> {
  return upload<Started>('/api/imports', form(choices, file, file.name), sending)
}
