import { closeSync, fsyncSync, openSync } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import type { Mapping } from '../schema.ts'
import { convertBundle } from './bundle.ts'
import { PREVIEW_ROWS, PREVIEW_STAGED_BYTES, STAGED_FREE_BYTES, STAGED_RATIO } from './limits.ts'
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
  /** Resources that are no part of this kind of import. */
  others: number
}

/** Carries a conversion out in this process. */
export async function convertHere(request: ConvertRequest): Promise<ConvertOutcome> {
  const { target } = request
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
