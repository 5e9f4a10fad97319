import { isUtf8 } from 'node:buffer'
import { AppError } from '../../errors/app-error.ts'
import type { RowProblemCode } from '../problem.ts'
import { type FhirKind, fhirKind } from './fhir-kinds.ts'
import { type Json, member } from './fhir-values.ts'
import { MAX_JSON_BYTES, SHOWN_LINE_CHARS } from './limits.ts'
import { readLines } from './lines.ts'
import type { RowSink } from './staged-writer.ts'

/**
 * Turns a file with one FHIR resource a line into rows; a line that is none becomes a row with its problem and its
 * beginning. A sink that is full ends it early; of a preview a last line that is cut off is left out.
 */
export async function convertNdjson(
  path: string,
  kind: string,
  sink: RowSink,
  isPreview: boolean,
): Promise<void> {
  const fhir = fhirKind(kind)
  sink.columns(fhir.columns)
  let isEmpty = true
  for await (const { number, bytes, isLast } of readLines(path, MAX_JSON_BYTES)) {
    if (bytes !== null && isBlank(bytes)) continue
    isEmpty = false
    const read: Read = bytes === null ? { problem: 'ROW_TOO_LONG' } : readLine(bytes, fhir)
    if (isPreview && isLast && read.problem === 'NOT_JSON') break
    if (read.problem === undefined) sink.row({ line: number }, fhir.cells(read.resource))
    else sink.row({ line: number, problem: read.problem }, shown(bytes, fhir))
    if (sink.isFull) return
  }
  if (isEmpty) throw new AppError('import/empty-file', { detail: 'The file has nothing but blank lines.' })
}

type Read = { problem: RowProblemCode } | { problem?: undefined; resource: Json }

function readLine(bytes: Buffer, fhir: FhirKind): Read {
  if (!isUtf8(bytes)) return { problem: 'INVALID_ENCODING' }
  let resource: Json
  try {
    resource = JSON.parse(bytes.toString('utf8'))
  } catch {
    return { problem: 'NOT_JSON' }
  }
  return typeProblem(resource, fhir) ?? { resource }
}

/** What is wrong with the type of a resource; null when it is the one that the kind reads. */
export function typeProblem(resource: Json, fhir: FhirKind): { problem: RowProblemCode } | null {
  const type = member(resource, 'resourceType')
  if (typeof type !== 'string' || type === '') return { problem: 'NOT_RESOURCE' }
  return type === fhir.resourceType ? null : { problem: 'WRONG_RESOURCE_TYPE' }
}

/** A line that cannot be read is kept behind the columns, where the file of refused rows shows it. */
function shown(bytes: Buffer | null, { columns }: FhirKind): string[] {
  if (bytes === null) return []
  const beginning = bytes.toString('utf8', 0, SHOWN_LINE_CHARS)
  return [...columns.map(() => ''), beginning]
}

const SPACE = 0x20

function isBlank(bytes: Buffer): boolean {
  for (const byte of bytes) if (byte !== SPACE && byte !== 9 && byte !== 13) return false
  return true
}
