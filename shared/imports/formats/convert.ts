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

/** Carries a conversion out in this process; a preview answers the staged bytes of the first rows. */
export async function convertHere(request: ConvertRequest): Promise<{ bytes: Buffer | null }> {
  const { target } = request
  if (target === null) return { bytes: await convertBeginning(request) }
  const part = `${target}.part`
  const fd = openSync(part, 'w', 0o600)
  try {
    let writer: StagedWriter | null = null
    await convert(request, (maxBytes) => {
      writer = fileWriter(fd, { maxBytes })
      return writer
    })
    ;(writer as StagedWriter | null)?.end()
    fsyncSync(fd)
    closeSync(fd)
    await rename(part, target)
    return { bytes: null }
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
}

async function convertBeginning(request: ConvertRequest): Promise<Buffer> {
  const limits = { maxRows: PREVIEW_ROWS, fullBytes: PREVIEW_STAGED_BYTES }
  let writer = memoryWriter({ ...limits, maxBytes: 0 })
  await convert(request, (maxBytes) => {
    writer = memoryWriter({ ...limits, maxBytes })
    return writer
  })
  writer.end()
  return writer.bytes()
}

async function convert(request: ConvertRequest, sinkOf: (maxBytes: number) => StagedWriter): Promise<void> {
  const { path, format, kind, target } = request
  const isPreview = target === null
  if (format === 'xlsx') return convertXlsx(path, request, sinkOf, isPreview)
  const { size } = await stat(path)
  const sink = sinkOf(size * STAGED_RATIO + STAGED_FREE_BYTES)
  return (format === 'ndjson' ? convertNdjson : convertBundle)(path, kind, sink, isPreview)
}
