import type { z } from 'zod'
import type {
  FixPreview,
  fixesBody,
  GroupFix,
  RefusedGroup,
  RefusedGroups,
} from '../../../../../../shared/imports/fixes/schema.ts'
import { request } from '../../../../lib/http.ts'
import { type UploadOptions, upload } from '../../../../lib/upload.ts'
import { operationKeys } from '../../../operations/api.ts'
import type { Operation } from '../../../operations/types.ts'

export type { FixPreview, GroupFix, RefusedGroup, RefusedGroups }

type Body = z.input<typeof fixesBody>

/** Under the refused rows of an import, so that they are read again together. */
export const fixKeys = {
  groups: (id: string) => [...operationKeys.errors(id), 'groups'],
  preview: (id: string, fixes: readonly GroupFix[]) => [...operationKeys.errors(id), 'preview', fixes],
} as const

const path = (id: string, rest = ''): string => `/api/operations/${encodeURIComponent(id)}/fixes${rest}`

/** Refused rows by cause, and what was done about them. */
export const fetchGroups = (id: string, signal?: AbortSignal): Promise<RefusedGroups> =>
  request<RefusedGroups>(path(id), { signal })

/** How the first rows of each group would look. */
export function previewFixes(
  id: string,
  fixes: readonly GroupFix[],
  signal?: AbortSignal,
): Promise<FixPreview> {
  const body: Body = { fixes: [...fixes] }
  return request<FixPreview>(path(id, '/preview'), { method: 'POST', body, signal })
}

/** Lets the rows of these groups run again. */
export async function applyFixes(id: string, fixes: readonly GroupFix[]): Promise<Operation> {
  const body: Body = { fixes: [...fixes] }
  return (await request<{ operation: Operation }>(path(id), { method: 'POST', body })).operation
}

/** Sends the file of refused rows back. */
export async function sendMended(id: string, file: File, options: UploadOptions): Promise<Operation> {
  const parts = new FormData()
  parts.append('file', file, file.name)
  return (await upload<{ operation: Operation }>(path(id, '/file'), parts, options)).operation
}
