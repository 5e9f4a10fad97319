import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../shared/errors/app-error.ts'
import { type AskedStep, assertFixable, requestFixes } from '../../shared/imports/fixes/commands.ts'
import { mendedColumns } from '../../shared/imports/fixes/mended-file.ts'
import { assertFeasible, previewFixes, strictnessOf } from '../../shared/imports/fixes/preview.ts'
import { readingOf } from '../../shared/imports/fixes/reading.ts'
import { refusedGroups } from '../../shared/imports/fixes/reads.ts'
import { fixesBody, fixPreview, refusedGroups as groupsShape } from '../../shared/imports/fixes/schema.ts'
import { stepsOf } from '../../shared/imports/fixes/steps.ts'
import { previewFile } from '../../shared/imports/preview.ts'
import { getVisibleOperation, showOperation } from '../../shared/operations/reads.ts'
import type { OperationRow } from '../../shared/operations/repository.ts'
import { operationEnvelope } from '../../shared/operations/schema.ts'
import { isUuid } from '../../shared/units/ids.ts'
import { type Call, type Reply, type Route, route } from '../http/route.ts'
import { refuseFields } from '../http/validate.ts'
import { principalOf, whoIs } from '../http/who.ts'
import { assertMayChange } from '../operations/policy.ts'
import type { ApiServices } from '../services.ts'
import { receiveUpload } from './upload.ts'

const idParams = z.strictObject({ id: z.string().max(64) })

/** Refused rows of an import are mended: a group at a time, or by their file that was mended elsewhere. */
export function fixRoutes({ deps, queues, spool }: ApiServices): Route[] {
  const uploads = join(deps.config.DATA_DIR, 'uploads')

  async function importOf(call: Call<z.output<typeof idParams>>): Promise<OperationRow> {
    if (!isUuid(call.params.id)) throw new AppError('not-found')
    const row = await getVisibleOperation(deps, principalOf(call), call.params.id)
    assertMayChange(principalOf(call), row)
    return row
  }

  /** What is shown of refused rows is patients' data: every look is recorded first. */
  async function recordLook(call: Call, row: OperationRow, action: string): Promise<void> {
    await spool.write({ ...whoIs(call), action, entity: 'operation', entityId: row.id, outcome: 'ok' })
  }

  async function ask(call: Call, row: OperationRow, steps: readonly AskedStep[]): Promise<Reply> {
    const { principal, address, requestId } = call
    const asked = await requestFixes(deps, queues, row.id, { principal, address, requestId }, steps)
    return {
      status: 202,
      headers: { Location: `/api/operations/${row.id}` },
      body: { operation: await showOperation(deps, asked) },
    }
  }

  return [
    route({
      method: 'GET',
      path: '/api/operations/:id/fixes',
      tag: 'operations',
      summary: 'Refused rows of an import by cause, and what was done about them so far',
      access: 'session',
      limit: 'general',
      params: idParams,
      response: groupsShape,
      handle: async (call) => {
        const row = await importOf(call)
        await recordLook(call, row, 'imports.read-refused')
        return { body: await refusedGroups(deps, row) }
      },
    }),
    route({
      method: 'POST',
      path: '/api/operations/:id/fixes/preview',
      tag: 'operations',
      summary: 'How the first rows of each group would look under these fixes; nothing is written',
      access: 'session',
      limit: 'general',
      params: idParams,
      body: fixesBody,
      response: fixPreview,
      handle: async (call) => {
        const row = await importOf(call)
        assertFixable(row)
        await recordLook(call, row, 'imports.read-refused')
        return { status: 200, body: await previewFixes(deps, row, call.body.fixes) }
      },
    }),
    route({
      method: 'POST',
      path: '/api/operations/:id/fixes',
      tag: 'operations',
      summary:
        'Mend groups of refused rows and try them again as a part of the same import; done again, it finds no rows ' +
        'of these groups any more',
      access: 'session',
      limit: 'heavy',
      params: idParams,
      body: fixesBody,
      response: operationEnvelope,
      handle: async (call) => {
        const row = await importOf(call)
        assertFixable(row)
        assertFeasible(call.body.fixes, await readingOf(deps, row), strictnessOf(row))
        return ask(
          call,
          row,
          stepsOf(call.body.fixes).map((step) => ({ step })),
        )
      },
    }),
    route({
      method: 'POST',
      path: '/api/operations/:id/fixes/file',
      tag: 'operations',
      summary:
        'Send the file of refused rows back, mended: multipart with file. Rows are found by _row and tried again as a ' +
        'part of the same import; those that are refused no more are left',
      access: 'session',
      limit: 'heavy',
      mode: 'upload',
      params: idParams,
      response: operationEnvelope,
      handle: async (call) => {
        const row = await importOf(call)
        assertFixable(row)
        const { file } = await receiveUpload(call.req, {
          dir: uploads,
          maxBytes: deps.config.UPLOAD_MAX_BYTES,
          signal: call.signal,
          check: refuseFields,
        })
        try {
          const kind = row.kind ?? ''
          const { columns } = await previewFile(file.path, { kind, signal: call.signal, dir: uploads })
          mendedColumns(columns, row.file_columns ?? [])
          call.signal.throwIfAborted()
          return await ask(call, row, [{ step: { what: 'file' }, filePath: file.path }])
        } catch (error) {
          // an answer lost after COMMIT leaves a fix that needs its file: only known refusals take it away
          if (error instanceof AppError && error.rule.status < 500) await rm(file.path, { force: true })
          throw error
        }
      },
    }),
  ]
}
