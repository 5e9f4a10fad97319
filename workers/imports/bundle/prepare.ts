import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../../shared/errors/app-error.ts'
import { mixedTarget } from '../../../shared/imports/formats/convert.ts'
import {
  BUNDLE,
  MIXED_COLUMNS,
  type MixedKind,
  mixedMapping,
  NOT_FHIR,
} from '../../../shared/imports/formats/mixed-kinds.ts'
import { isConvertible, recogniseFile } from '../../../shared/imports/formats/recognise.ts'
import { convertToFile } from '../../../shared/imports/formats/run-convert.ts'
import { compileMapping } from '../../../shared/imports/mapping.ts'
import { readStagedLayout } from '../../../shared/imports/reader.ts'
import type { ImportOptions } from '../../../shared/imports/schema.ts'
import type { Run } from '../../runtime/context.ts'
import { said } from '../formats/stage-source.ts'
import { moment, type PreparedSource, scan, uploadOf } from '../prepare.ts'

/** A file with rows of many kinds: a source for each of them, in the order in which they refer to each other. */
export interface PreparedBundle extends PreparedSource {
  stages: readonly PreparedSource[]
}

export const isBundle = (source: PreparedSource): source is PreparedBundle => 'stages' in source

/** The kinds whose rows are staged; null when not all of them are. */
async function stagedKinds(path: string): Promise<MixedKind[] | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as MixedKind[]
  } catch {
    return null
  }
}

/**
 * Makes a FHIR file with resources of many types ready: its rows kind by kind. A run that takes over finds the staged
 * files. Throws what is wrong with the file as a whole.
 */
export async function prepareBundle(run: Run, options: ImportOptions): Promise<PreparedBundle> {
  const { upload, dir } = await uploadOf(run)
  const found = await recogniseFile(upload, said(run, options))
  if (!isConvertible(found) || found.format === 'xlsx')
    throw new AppError('import/bad-options', { detail: NOT_FHIR })
  const target = join(dir, 'staged.json')
  let kinds = await stagedKinds(target)
  let others = 0
  if (kinds === null) {
    const request = { path: upload, format: found.format, kind: BUNDLE, mapping: {}, dir, target }
    others = await convertToFile(request, run.signal)
    kinds = (await stagedKinds(target)) ?? []
  }
  const stages: PreparedSource[] = []
  for (const kind of kinds)
    stages.push(await prepareStage(run, kind, mixedTarget(target, kind), found.format, options))
  const [first] = stages as [PreparedSource]
  const rows = stages.reduce((sum, { totalRows }) => sum + totalRows, 0)
  const note = others === 0 ? null : `${others} other resources of the file are no part of this import.`
  // going from one kind to the next is a piece of its own
  return { ...first, note, mapping: {}, stages, totalRows: rows + stages.length - 1 }
}

async function prepareStage(
  run: Run,
  kind: MixedKind,
  path: string,
  format: PreparedSource['format'],
  options: ImportOptions,
): Promise<PreparedSource> {
  const layout = await readStagedLayout(path)
  const mapping = mixedMapping(kind)
  const toFields = compileMapping(kind, MIXED_COLUMNS, mapping, 'incomplete')
  const scanned = await scan(run, kind, path, layout, mapping)
  // a medicine that the clinic has already stays as the clinic has it
  const onDuplicate = kind === 'medications' ? 'skip' : options.onDuplicate
  return {
    ...{ path, layout, format, note: null, mapping, toFields, ...moment(run), ...scanned },
    ...{ options: { ...options, onDuplicate }, mixedKind: kind },
  }
}
