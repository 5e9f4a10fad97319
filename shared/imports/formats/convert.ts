import { closeSync, fsyncSync, openSync, writeFileSync } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { AppError } from '../../errors/app-error.ts'
import type { Mapping } from '../schema.ts'
import { convertBundle } from './bundle.ts'
import { PREVIEW_ROWS, PREVIEW_STAGED_BYTES, STAGED_FREE_BYTES, STAGED_RATIO } from './limits.ts'
import { convertMixed } from './mixed.ts'
import { BUNDLE, MIXED_COLUMNS, MIXED_KINDS, type MixedKind, NOT_FHIR } from './mixed-kinds.ts'
import { convertNdjson } from './ndjson.ts'
import type { Convertible } from './recognise.ts'
import { fileWriter, memoryWriter, type StagedWriter } from './staged-writer.ts'
import { convertXlsx } from './xlsx.ts'

/** What is to be turned into a table. */
export interface ConvertRequest {
  path: string
  format: Convertible['format']
  kind: string
  /** The mapping that was given, if any. */
  mapping: Mapping
  /** A folder for passing files; nothing stays in it. */
  dir: string
  /** Where the staged file is to be; null for a preview, which gets the beginning as bytes. */
  target: string | null
}

export interface ConvertOutcome {
  /** The staged first rows for a preview. */
  bytes: Buffer | null
  /** Of a preview of mixed resources: the kind of these rows. */
  kind?: MixedKind
  /** Resources that are no part of this kind of import. */
  others: number
}

/** Carries a conversion out in this process. */
export async function convertHere(request: ConvertRequest): Promise<ConvertOutcome> {
  const { target } = request
  if (request.kind === BUNDLE) return target === null ? mixedBeginning(request) : mixedFiles(request, target)
  if (target === null) return convertBeginning(request)
  const part = `${target}.part`
  const fd = openSync(part, 'w', 0o600)
  try {
    let writer: StagedWriter | null = null
    const others = await convert(request, (maxBytes) => {
      writer = fileWriter(fd, { maxBytes })
      return writer
    })
    ;(writer as StagedWriter | null)?.end()
    fsyncSync(fd)
    closeSync(fd)
    await rename(part, target)
    return { bytes: null, others }
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
}

async function convertBeginning(request: ConvertRequest): Promise<ConvertOutcome> {
  const limits = { maxRows: PREVIEW_ROWS, fullBytes: PREVIEW_STAGED_BYTES }
  let writer = memoryWriter({ ...limits, maxBytes: 0 })
  const others = await convert(request, (maxBytes) => {
    writer = memoryWriter({ ...limits, maxBytes })
    return writer
  })
  writer.end()
  return { bytes: writer.bytes(), others }
}

async function convert(request: ConvertRequest, sinkOf: (maxBytes: number) => StagedWriter): Promise<number> {
  const { path, format, kind, target } = request
  const isPreview = target === null
  if (format === 'xlsx') {
    await convertXlsx(path, request, sinkOf, isPreview)
    return 0
  }
  const { size } = await stat(path)
  const sink = sinkOf(size * STAGED_RATIO + STAGED_FREE_BYTES)
  if (format === 'fhir') return convertBundle(path, kind, sink, isPreview)
  await convertNdjson(path, kind, sink, isPreview)
  return 0
}

/** Where the rows of a kind of a mixed file are staged. */
export const mixedTarget = (target: string, kind: MixedKind): string => `${target}.${kind}`

function fhirFormat({ format }: ConvertRequest): 'ndjson' | 'fhir' {
  if (format !== 'xlsx') return format
  throw new AppError('import/bad-options', { detail: NOT_FHIR })
}

/**
 * A staged file for each kind that the file has; `target` itself, with their names, is there when all of them are.
 */
async function mixedFiles(request: ConvertRequest, target: string): Promise<ConvertOutcome> {
  const { size } = await stat(request.path)
  const limits = { maxBytes: size * STAGED_RATIO + STAGED_FREE_BYTES }
  const open = new Map<MixedKind, { fd: number; writer: StagedWriter }>()
  const sinkOf = (kind: MixedKind): StagedWriter => {
    const known = open.get(kind)
    if (known !== undefined) return known.writer
    const fd = openSync(mixedTarget(target, kind), 'w', 0o600)
    const writer = fileWriter(fd, limits)
    open.set(kind, { fd, writer })
    writer.columns(MIXED_COLUMNS)
    return writer
  }
  try {
    const others = await convertMixed(request.path, fhirFormat(request), sinkOf, false)
    for (const { fd, writer } of open.values()) {
      writer.end()
      fsyncSync(fd)
    }
    const names = MIXED_KINDS.filter((kind) => open.has(kind))
    writeFileSync(`${target}.part`, JSON.stringify(names), { mode: 0o600, flush: true })
    await rename(`${target}.part`, target)
    return { bytes: null, others }
  } finally {
    for (const { fd } of open.values()) closeSync(fd)
  }
}

/** The first rows of the first kind that the beginning of a mixed file has. */
async function mixedBeginning(request: ConvertRequest): Promise<ConvertOutcome> {
  const limits = { maxRows: PREVIEW_ROWS, fullBytes: PREVIEW_STAGED_BYTES }
  const { size } = await stat(request.path)
  const writers = new Map<MixedKind, ReturnType<typeof memoryWriter>>()
  const sinkOf = (kind: MixedKind): StagedWriter => {
    const known = writers.get(kind)
    if (known !== undefined) return known
    const writer = memoryWriter({ ...limits, maxBytes: size * STAGED_RATIO + STAGED_FREE_BYTES })
    writers.set(kind, writer)
    writer.columns(MIXED_COLUMNS)
    return writer
  }
  const others = await convertMixed(request.path, fhirFormat(request), sinkOf, true)
  const kind = MIXED_KINDS.find((each) => writers.has(each)) as MixedKind
  const writer = writers.get(kind)
  writer?.end()
  return { bytes: writer?.bytes() ?? null, others, kind }
}
