import { request } from '../../lib/http.ts'
import { type UploadOptions, upload } from '../../lib/upload.ts'
import type { Operation } from '../operations/types.ts'
import type { EarlierMapping, ImportKind, ImportOptions, Preview } from './types.ts'

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

/** The parts in the order the server needs them: the file last, so that it can be streamed. */
function form(kind: string, options: ImportOptions, file: Blob, name: string): FormData {
  const parts = new FormData()
  parts.set('kind', kind)
  parts.set('options', JSON.stringify(options))
  parts.append('file', file, name)
  return parts
}

/** How the beginning of the file would be read. */
export function previewImport(
  kind: string,
  options: ImportOptions,
  file: File,
  signal: AbortSignal,
): Promise<Preview> {
  return upload<Preview>(
    '/api/imports/preview',
    form(kind, options, file.slice(0, PREVIEW_BYTES), file.name),
    {
      signal,
    },
  )
}

export interface Started {
  operation: Operation
  /** The earlier operation with the very same file. */
  sameFileAs: string | null
}

/** Sends the whole file and starts the import. */
export function startImport(
  kind: string,
  options: ImportOptions,
  file: File,
  sending: UploadOptions,
): Promise<Started> {
  return upload<Started>('/api/imports', form(kind, options, file, file.name), sending)
}
