import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../shared/errors/app-error.ts'
import { BUNDLE } from '../../shared/imports/formats/mixed-kinds.ts'
import { IMPORT_KINDS, IMPORT_NAMES } from '../../shared/imports/kinds.ts'
import { previewFile } from '../../shared/imports/preview.ts'
import { earlierWithFile, rememberedMappings } from '../../shared/imports/reads.ts'
import {
  formatShape,
  importKinds,
  importOptions,
  importPreview,
  type Mapping,
  rememberedMappings as mappingsUsed,
  previewOptions,
} from '../../shared/imports/schema.ts'
import { templateCsv } from '../../shared/imports/template.ts'
import { requestOperation } from '../../shared/operations/commands.ts'
import { showOperation } from '../../shared/operations/reads.ts'
import { operation } from '../../shared/operations/schema.ts'
import type { Principal } from '../../shared/rights/permissions.ts'
import { idempotencyKeyOf } from '../http/idempotency-key.ts'
import { type Call, type Route, route } from '../http/route.ts'
import { validate } from '../http/validate.ts'
import { assertMayImport, IMPORTERS, mayImport } from '../operations/policy.ts'
import type { ApiServices } from '../services.ts'
import { type Received, receiveUpload } from './upload.ts'

const kindName = z.enum(IMPORT_NAMES)
const format = formatShape.optional()
const importFields = z.strictObject({ kind: kindName, format, options: importOptions })
const previewFields = z.strictObject({ kind: kindName, format, options: previewOptions })
const accepted = z.object({ operation, sameFileAs: z.string().nullable() })

const IMPORT_ACCESS = { anyOf: IMPORTERS }

/** The `options` part, which is JSON text; absent means all defaults. */
function withOptions(fields: Record<string, string>): Record<string, unknown> {
  const { options, ...rest } = fields
  if (options === undefined || options.trim() === '') return { ...rest, options: {} }
  try {
    return { ...rest, options: JSON.parse(options) as unknown }
  } catch {
    throw new AppError('request/invalid', { errors: [{ path: 'options', message: 'Must be JSON' }] })
  }
}

const MAX_FAULTS = 50
const MAX_FAULT_PATH_CHARS = 100

/** The fields of a kind; a bundle has none of its own, its resources say themselves what they are. */
const fieldsOf = (kind: z.output<typeof kindName>) => (kind === BUNDLE ? [] : IMPORT_KINDS[kind].fields)

/** Refuses a mapping of fields that the kind has not, before the file is taken. */
function refuseUnknownFields(kind: z.output<typeof kindName>, mapping: Mapping | undefined): void {
  const known = new Set<string>(fieldsOf(kind).map(({ name }) => name))
  const unknown = Object.keys(mapping ?? {}).filter((name) => !known.has(name))
  if (unknown.length === 0) return
  const fault = (name: string) => ({
    path: `options.mapping.${name}`.slice(0, MAX_FAULT_PATH_CHARS),
    message: 'This kind of import has no such field',
  })
  throw new AppError('request/invalid', { errors: unknown.slice(0, MAX_FAULTS).map(fault) })
}

/** Calls that bring files in: look at one, import one, and what can be imported. */
export function importsRoutes({ deps, queues }: ApiServices): Route[] {
  const uploads = join(deps.config.DATA_DIR, 'uploads')

  async function receive<S extends z.ZodObject>(
    call: Call,
    schema: S,
  ): Promise<{ parts: z.output<S>; file: Received['file'] }> {
    let parts: z.output<S> | undefined
    const check = (fields: Record<string, string>) => {
      parts = validate(schema, withOptions(fields))
      const { kind, options } = parts as unknown as z.output<typeof previewFields>
      assertMayImport(call.principal as Principal, kind)
      refuseUnknownFields(kind, options.mapping)
    }
    const { file } = await receiveUpload(call.req, {
      dir: uploads,
      maxBytes: deps.config.UPLOAD_MAX_BYTES,
      signal: call.signal,
      check,
    })
    return { parts: parts as z.output<S>, file }
  }

  return [
    route({
      method: 'POST',
      path: '/api/imports',
      tag: 'imports',
      summary: 'Import a file: multipart with kind, options (JSON), format, then file',
      access: IMPORT_ACCESS,
      limit: 'heavy',
      mode: 'upload',
      response: accepted,
      handle: async (call) => {
        const idempotencyKey = idempotencyKeyOf(call)
        const { parts, file } = await receive(call, importFields)
        try {
          call.signal.throwIfAborted()
          const { row, replayed } = await requestOperation(
            deps,
            queues,
            {
              type: 'import',
              kind: parts.kind,
              params: {
                options: parts.options,
                ...(parts.format === undefined ? {} : { format: parts.format }),
              },
              file,
              idempotencyKey,
            },
            { principal: call.principal, address: call.address, requestId: call.requestId },
          )
          if (replayed) await rm(file.path, { force: true })
          return {
            status: 202,
            headers: { Location: `/api/operations/${row.id}` },
            body: {
              operation: await showOperation(deps, row),
              sameFileAs: await earlierWithFile(deps, call.principal as Principal, file.sha256, row.no),
            },
          }
        } catch (error) {
          // an answer lost after COMMIT leaves an operation that needs its file: only known refusals take it away
          if (error instanceof AppError && error.rule.status < 500) await rm(file.path, { force: true })
          throw error
        }
      },
    }),
    route({
      method: 'POST',
      path: '/api/imports/preview',
      tag: 'imports',
      summary: 'How a file (or its first megabytes) would be read; nothing is kept',
      access: IMPORT_ACCESS,
      limit: 'general',
      mode: 'upload',
      response: importPreview.extend({ sameFileAs: z.string().nullable() }),
      handle: async (call) => {
        const { parts, file } = await receive(call, previewFields)
        try {
          const preview = await previewFile(file.path, {
            kind: parts.kind,
            ...(parts.format === undefined ? {} : { format: parts.format }),
            options: parts.options,
            signal: call.signal,
            dir: uploads,
          })
          const sameFileAs = await earlierWithFile(deps, call.principal as Principal, file.sha256)
          return { status: 200, body: { ...preview, sameFileAs } }
        } finally {
          await rm(file.path, { force: true })
        }
      },
    }),
    route({
      method: 'GET',
      path: '/api/imports/kinds',
      tag: 'imports',
      summary: 'What this person can import, and the fields of each kind',
      access: IMPORT_ACCESS,
      limit: 'general',
      response: importKinds,
      cacheControl: 'private-no-cache',
      handle: async ({ principal }) => ({
        body: {
          data: IMPORT_NAMES.filter((kind) => mayImport(principal as Principal, kind)).map((kind) => ({
            kind,
            fields: fieldsOf(kind).map(({ name, required, format: shape, example }) => ({
              name,
              required,
              least: kind !== BUNDLE && IMPORT_KINDS[kind].leastNeeded.includes(name),
              format: shape,
              example,
            })),
          })),
        },
      }),
    }),
    route({
      method: 'GET',
      path: '/api/imports/kinds/:kind/template.csv',
      tag: 'imports',
      summary: 'An empty file with the right header and one example row',
      access: IMPORT_ACCESS,
      limit: 'general',
      params: z.strictObject({ kind: z.string().max(40) }),
      handle: async (call) => {
        if (!Object.hasOwn(IMPORT_KINDS, call.params.kind)) throw new AppError('not-found')
        call.res.writeHead(200, {
          'Content-Type': 'text/csv; charset=utf-8',
          'Content-Disposition': `attachment; filename="${call.params.kind}-template.csv"`,
          'Cache-Control': 'private, no-cache',
        })
        call.res.end(templateCsv(call.params.kind))
        return 'raw'
      },
      mode: 'stream',
    }),
    route({
      method: 'GET',
      path: '/api/imports/mappings',
      tag: 'imports',
      summary: 'Column mappings used before',
      access: IMPORT_ACCESS,
      limit: 'general',
      response: mappingsUsed,
      handle: async () => ({ body: { data: await rememberedMappings(deps) } }),
    }),
  ]
}
