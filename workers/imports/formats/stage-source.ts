import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isConvertible, type Recognised, recogniseFile } from '../../../shared/imports/formats/recognise.ts'
import { convertToFile } from '../../../shared/imports/formats/run-convert.ts'
import { type Layout, readLayout, readStagedLayout } from '../../../shared/imports/reader.ts'
import { type Format, formatShape, type ImportOptions } from '../../../shared/imports/schema.ts'
import { stageFile } from '../../../shared/imports/stage.ts'
import type { Run } from '../../runtime/context.ts'

/** An upload as a UTF-8 table, whatever it was. */
export interface StagedSource {
  path: string
  layout: Layout
  format: Format
  /** What is to be said of the file to whoever imports it. */
  note: string | null
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

/** What was said about the file, which overrides what is found in it. */
export function said(run: Run, { encoding, delimiter }: ImportOptions) {
  const format = formatShape.safeParse(run.row.params.format)
  return {
    ...(format.success ? { format: format.data } : {}),
    ...(encoding === undefined ? {} : { encoding }),
    ...(delimiter === undefined ? {} : { delimiter }),
  }
}

async function stage(run: Run, upload: string, target: string, found: Recognised, options: ImportOptions) {
  if (!isConvertible(found)) {
    const path = await stageFile(upload, target, { encoding: found.encoding, signal: run.signal })
    return { path, others: 0 }
  }
  const request = {
    path: upload,
    format: found.format,
    kind: run.row.kind ?? '',
    mapping: options.mapping ?? {},
    dir: join(target, '..'),
    target,
  }
  return { path: target, others: await convertToFile(request, run.signal) }
}

/**
 * Turns an upload into a UTF-8 table in `dir`, which is the upload itself where it is one already. A table that is there
 * from an earlier run is taken. Throws what is wrong with the file as a whole.
 */
export async function stageSource(
  run: Run,
  upload: string,
  dir: string,
  options: ImportOptions,
): Promise<StagedSource> {
  const found = await recogniseFile(upload, said(run, options))
  const target = join(dir, 'staged.csv')
  const isThere = await exists(target)
  const { path, others } = isThere
    ? { path: target, others: 0 }
    : await stage(run, upload, target, found, options)
  const layout = isConvertible(found) ? await readStagedLayout(path) : await readLayout(path, found.delimiter)
  const note = others === 0 ? null : `${others} other resources of the file are no part of this import.`
  return { path, layout, format: found.format, note }
}
