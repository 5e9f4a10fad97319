import { readFile, stat } from 'node:fs/promises'
import { AppError } from '../../errors/app-error.ts'
import { type FhirKind, fhirKind } from './fhir-kinds.ts'
import { type Json, member } from './fhir-values.ts'
import { type JsonEnd, readElements } from './json-elements.ts'
import { MAX_JSON_BYTES } from './limits.ts'
import { typeProblem } from './ndjson.ts'
import type { RowSink } from './staged-writer.ts'

/**
 * Turns a FHIR Bundle (or an array of resources, or a single resource) into rows: those of the kind's own type, the
 * others are no part of this import; answers how many these were. Throws `import/broken-file` when the document is cut off, `import/not-a-table`
 * when it is something else, `import/empty-file` when nothing of the type is in it.
 */
export async function convertBundle(
  path: string,
  kind: string,
  sink: RowSink,
  isPreview: boolean,
): Promise<number> {
  const fhir = fhirKind(kind)
  sink.columns(fhir.columns)
  const elements = readElements(path, 'entry', MAX_JSON_BYTES)
  let others = 0
  try {
    for (let next = await elements.next(); ; next = await elements.next()) {
      if (next.done) {
        await finish(path, next.value, fhir, sink, isPreview, others)
        return others
      }
      const { line, bytes } = next.value
      if (bytes === null) sink.row({ line, problem: 'ROW_TOO_LONG' }, [])
      else if (!takeElement(bytes, line, fhir, sink)) others++
      if (sink.isFull) return others
    }
  } finally {
    // closes the file, however this ends
    await elements.return({ isCut: false, line: 0, texts: new Map(), hasArray: true })
  }
}

/** False when the element holds no resource of the kind's type. */
function takeElement(bytes: Buffer, line: number, fhir: FhirKind, sink: RowSink): boolean {
  let element: Json
  try {
    element = JSON.parse(bytes.toString('utf8'))
  } catch {
    throw new AppError('import/broken-file', { detail: `What begins on line ${line} is no proper JSON.` })
  }
  const resource = member(element, 'resource') ?? element
  if (typeProblem(resource, fhir) !== null) return false
  sink.row({ line }, fhir.cells(resource))
  return true
}

async function finish(
  path: string,
  end: JsonEnd,
  fhir: FhirKind,
  sink: RowSink,
  isPreview: boolean,
  others: number,
): Promise<void> {
  if (end.isCut && !isPreview) {
    throw new AppError('import/broken-file', {
      detail: `The file is cut off: its JSON does not end, the last line read is ${end.line}.`,
    })
  }
  if (sink.rows > 0) return
  const type = end.texts.get('resourceType')
  if (!end.hasArray && type === fhir.resourceType && (await stat(path)).size <= MAX_JSON_BYTES) {
    if (!end.isCut) takeElement(await readFile(path), 1, fhir, sink)
    return
  }
  if (!end.hasArray && type === undefined) {
    throw new AppError('import/not-a-table', { detail: 'The file is JSON, but no FHIR Bundle.' })
  }
  if (isPreview && end.isCut) return
  const seen =
    type === undefined || type === 'Bundle' ? `${others} other resources` : `a ${type.slice(0, 64)}`
  throw new AppError('import/empty-file', {
    detail: `The file has no ${fhir.resourceType} in it, only ${seen}.`,
  })
}
