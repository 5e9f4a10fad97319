import { isUtf8 } from 'node:buffer'
import { AppError } from '../../errors/app-error.ts'
import { canonicalName } from '../../units/names.ts'
import type { RowProblemCode } from '../problem.ts'
import { canonicalSku } from '../records/medications.ts'
import { medicationCells, requestedMedication } from './fhir-medicines.ts'
import { at, elements, type Json, member, text } from './fhir-values.ts'
import { readElements } from './json-elements.ts'
import { MAX_JSON_BYTES, SHOWN_LINE_CHARS } from './limits.ts'
import { readLines } from './lines.ts'
import { MIXED_COLUMNS, MIXED_TYPES, type MixedKind, mixedCells } from './mixed-kinds.ts'
import type { RowSink } from './staged-writer.ts'

/** One resource of a file, or what is there instead of one. */
interface Found {
  line: number
  bytes: Buffer | null
}

/** Medicines that are remembered by what they are called in the file. */
const MOST_MEDICINES = 100_000
const MAX_NAME = 200

/** Where the rows of each kind go. */
export type MixedSinks = (kind: MixedKind) => RowSink

/**
 * Turns a FHIR file with resources of any types into rows of the kinds that they are; answers how many others there
 * were. A medicine that is only named by a request becomes a row of its own, once. What is no resource is a refused row
 * of the first kind. Rows are numbered as they stand in the file. Throws `import/broken-file`, `import/empty-file`.
 */
export async function convertMixed(
  path: string,
  format: 'ndjson' | 'fhir',
  sinks: MixedSinks,
  isPreview: boolean,
): Promise<number> {
  const mixer = new Mixer(sinks)
  const found = format === 'ndjson' ? linesOf(path, isPreview) : entriesOf(path, isPreview)
  for await (const one of found) {
    mixer.take(one)
    if (mixer.isFull) return mixer.others
  }
  if (mixer.rows > 0) return mixer.others
  throw new AppError('import/empty-file', {
    detail: `The file has nothing that can be imported in it, only ${mixer.others} other resources.`,
  })
}

async function* linesOf(path: string, isPreview: boolean): AsyncGenerator<Found, void> {
  for await (const { number, bytes, isLast } of readLines(path, MAX_JSON_BYTES)) {
    if (bytes !== null && bytes.toString('latin1').trim() === '') continue
    if (isPreview && isLast && bytes !== null && parsed(bytes) === undefined) return
    yield { line: number, bytes }
  }
}

async function* entriesOf(path: string, isPreview: boolean): AsyncGenerator<Found, void> {
  const found = readElements(path, 'entry', MAX_JSON_BYTES)
  try {
    for (let next = await found.next(); ; next = await found.next()) {
      if (!next.done) {
        yield next.value
        continue
      }
      if (next.value.isCut && !isPreview)
        throw new AppError('import/broken-file', {
          detail: `The file is cut off: its JSON does not end, the last line read is ${next.value.line}.`,
        })
      if (!next.value.hasArray)
        throw new AppError('import/not-a-table', { detail: 'The file is JSON, but no FHIR Bundle.' })
      return
    }
  } finally {
    // closes the file, however this ends
    await found.return({ isCut: false, line: 0, texts: new Map(), hasArray: true })
  }
}

function parsed(bytes: Buffer): Json | undefined {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}

class Mixer {
  rows = 0
  others = 0
  isFull = false
  #row = 0
  readonly #sinks: MixedSinks
  /** Codes of medicines by the ids of their resources. */
  readonly #skus = new Map<string, string>()
  readonly #named = new Set<string>()

  constructor(sinks: MixedSinks) {
    this.#sinks = sinks
  }

  take({ line, bytes }: Found): void {
    this.#row++
    const read = readResource(bytes)
    if ('problem' in read) {
      this.#put('patients', line, [...MIXED_COLUMNS.map(() => ''), read.shown], read.problem)
      return
    }
    const { resource } = read
    const known = MIXED_TYPES.get(text(member(resource, 'resourceType')))
    if (known === undefined) {
      this.others++
      return
    }
    if (known.kind === 'medications') this.#remember(resource)
    const cells = known.fhir.cells(known.kind === 'prescriptions' ? this.#request(line, resource) : resource)
    this.#put(known.kind, line, mixedCells(known.kind, cells))
  }

  #put(kind: MixedKind, line: number, cells: readonly string[], problem?: RowProblemCode): void {
    const sink = this.#sinks(kind)
    sink.row({ line, row: this.#row, ...(problem === undefined ? {} : { problem }) }, cells)
    this.rows++
    this.isFull ||= sink.isFull
  }

  #remember(medication: Json): void {
    const [sku = ''] = medicationCells(medication)
    const id = text(member(medication, 'id'))
    if (this.#named.size < MOST_MEDICINES) this.#named.add(sku)
    if (id !== '' && this.#skus.size < MOST_MEDICINES) this.#skus.set(id, sku)
  }

  /** A request that names its medicine itself, wherever the file has it; the medicine is a row before it. */
  #request(line: number, request: Json): Json {
    const named = this.#resolved(request)
    const cells = requestedMedication(named)
    if (cells === null) return named
    const [sku = '', name = '', ...rest] = cells
    if (this.#named.has(sku) || this.#named.size >= MOST_MEDICINES || canonicalSku(sku) === null) return named
    this.#named.add(sku)
    const plain = canonicalName(name.toWellFormed().replace(/\p{Cc}+/gu, ' ')).slice(0, MAX_NAME)
    this.#put('medications', line, mixedCells('medications', [sku, plain || sku, ...rest]))
    return named
  }

  #resolved(request: Json): Json {
    const reference = text(at(request, 'medicationReference', 'reference'))
    if (reference === '') return request
    const id = reference.replace(/^.*[/:#]/, '')
    const contained = elements(member(request, 'contained')).find((each) => member(each, 'id') === id)
    const code = contained === undefined ? undefined : member(contained, 'code')
    const sku = this.#skus.get(id)
    const concept = code ?? (sku === undefined ? undefined : { coding: [{ code: sku }] })
    return concept === undefined ? request : { ...(request as object), medicationCodeableConcept: concept }
  }
}

type Read = { resource: Json } | { problem: RowProblemCode; shown: string }

/** The resource of a line or of an entry of a Bundle. */
function readResource(bytes: Buffer | null): Read {
  if (bytes === null) return { problem: 'ROW_TOO_LONG', shown: '' }
  const shown = bytes.toString('utf8', 0, SHOWN_LINE_CHARS)
  if (!isUtf8(bytes)) return { problem: 'INVALID_ENCODING', shown }
  const json = parsed(bytes)
  if (json === undefined) return { problem: 'NOT_JSON', shown }
  const resource = member(json, 'resource') ?? json
  const type = member(resource, 'resourceType')
  return typeof type === 'string' && type !== '' ? { resource } : { problem: 'NOT_RESOURCE', shown }
}
