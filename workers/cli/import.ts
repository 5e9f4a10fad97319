import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadConfig } from '../../shared/config/config.ts'
import { BUNDLE } from '../../shared/imports/formats/mixed-kinds.ts'
import { importKind } from '../../shared/imports/kinds.ts'
import { previewFile } from '../../shared/imports/preview.ts'
import { refusedFile } from '../../shared/imports/refused.ts'
import { type Format, formatShape, importOptions } from '../../shared/imports/schema.ts'
import { createLog } from '../../shared/log/log.ts'
import { requestOperation } from '../../shared/operations/commands.ts'
import { findOperation, type OperationRow } from '../../shared/operations/repository.ts'
import { countWorkers } from '../../shared/ops/worker-registry.ts'
import { newId } from '../../shared/units/ids.ts'
import type { WorkerServices } from '../runtime/context.ts'
import { ActiveRuns, runOperation } from '../runtime/run-operation.ts'
import { closeWorkerServices, openWorkerServices } from '../runtime/services.ts'
import { type Command, CommandFailed, EXIT, readArgs, UsageError } from './command.ts'
import { progressBar } from './progress-bar.ts'

const LOOK_EVERY_MS = 200
const OPTIONS = {
  source: { type: 'string' },
  'on-duplicate': { type: 'string' },
  strictness: { type: 'string' },
  mapping: { type: 'string' },
  format: { type: 'string' },
  encoding: { type: 'string' },
  delimiter: { type: 'string' },
  'dry-run': { type: 'boolean' },
  refused: { type: 'string' },
} as const

type Values = { [name in keyof typeof OPTIONS]?: string | boolean | undefined }

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageError('--mapping must be JSON, for example {"name": "FULL NAME"}')
  }
}

/** The format that was said; found by itself if none was. */
function formatOf({ format }: Values): { format?: Format } {
  if (format === undefined) return {}
  const said = formatShape.safeParse(format)
  if (!said.success) throw new UsageError(`--format is one of ${formatShape.options.join(', ')}`)
  return { format: said.data }
}

/** The options as an upload would bring them; strictness as the preview suggests unless it is said. */
async function optionsOf(kind: string, file: string, values: Values) {
  const given = {
    source: values.source,
    onDuplicate: values['on-duplicate'],
    strictness: values.strictness,
    mapping: typeof values.mapping === 'string' ? jsonOf(values.mapping) : undefined,
    encoding: values.encoding,
    delimiter: values.delimiter,
    dryRun: values['dry-run'],
  }
  const parsed = importOptions.safeParse(
    Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  )
  if (!parsed.success) {
    throw new UsageError(
      parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'),
    )
  }
  const options = parsed.data
  const { format, strictness, encoding, delimiter, mapping } = await previewFile(file, {
    kind,
    ...formatOf(values),
    options: withoutDefaults(options, values),
  })
  if (values.strictness === undefined && strictness !== options.strictness) {
    console.error(
      `The file does not fit the strict rules; it is read as ${strictness} (say --strictness to choose).`,
    )
  }
  const text = encoding === null ? '' : ` ${encoding}, delimiter ${JSON.stringify(delimiter)}`
  console.error(`${format}${text}, columns for: ${Object.keys(mapping).join(', ')}`)
  return { ...options, strictness: values.strictness === undefined ? strictness : options.strictness }
}

function withoutDefaults(options: ReturnType<typeof importOptions.parse>, values: Values) {
  const { mapping, encoding, delimiter, strictness } = options
  return {
    ...(mapping === undefined ? {} : { mapping }),
    ...(encoding === undefined ? {} : { encoding }),
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(values.strictness === undefined ? {} : { strictness }),
  }
}

/** Copies the file to where uploads lie: the operation must not depend on a file that people may move. */
async function takeIn(file: string, dataDir: string) {
  const dir = join(dataDir, 'uploads')
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const path = join(dir, newId())
  const hash = createHash('sha256')
  const hashing = new Transform({
    transform(chunk, _encoding, done) {
      hash.update(chunk)
      done(null, chunk)
    },
  })
  await pipeline(createReadStream(file), hashing, createWriteStream(path, { mode: 0o600, flush: true }))
  return { path, name: basename(file), bytes: (await stat(path)).size, sha256: hash.digest('hex') }
}

async function follow(services: WorkerServices, id: string): Promise<OperationRow> {
  const bar = progressBar('rows')
  try {
    for (;;) {
      const row = (await findOperation(services.deps.db, id)) as OperationRow
      if (row.total !== null) bar.to(row.processed, row.total)
      if (row.status !== 'queued' && row.status !== 'active') return row
      await sleep(LOOK_EVERY_MS)
    }
  } finally {
    bar.end()
  }
}

/** Lets a running worker do the work, or does it here when there is none. */
async function carryOut(services: WorkerServices, id: string): Promise<OperationRow> {
  if ((await countWorkers(services.deps)) > 0) return follow(services, id)
  const runs = new ActiveRuns()
  const stop = () => runs.stopAll('shutdown')
  process.once('SIGINT', stop)
  const [row] = await Promise.all([follow(services, id), runOperation(services, runs, id)])
  process.off('SIGINT', stop)
  return row
}

async function report(
  services: WorkerServices,
  row: OperationRow,
  refusedPath: string | undefined,
): Promise<number> {
  for (const name of ['read', 'inserted', 'updated', 'unchanged', 'skipped', 'rejected'] as const) {
    console.log(`${name.padEnd(10)} ${row.counts?.[name] ?? 0}`)
  }
  if (row.note !== null) console.log(row.note)
  if (refusedPath !== undefined) {
    await pipeline(Readable.from(refusedFile(services.deps, row)), createWriteStream(refusedPath))
    console.log(`refused rows: ${refusedPath}`)
  }
  if (row.status === 'completed' || row.status === 'needs_review') return EXIT.ok
  const problem = row.error as { title?: string; detail?: string } | null
  throw new CommandFailed(`${row.status}: ${problem?.detail ?? problem?.title ?? 'see the operation'}`)
}

/** Imports a file with a progress bar, exactly as the page does. */
export const command: Command = {
  summary: 'import a file and watch it; --refused FILE writes the refused rows with their reasons',
  usage:
    '<kind> <file> [--source NAME] [--on-duplicate reject|skip|update] [--strictness strict|lenient] [--mapping JSON] ' +
    '[--format csv|tsv|xlsx|ndjson|fhir] [--encoding NAME] [--delimiter CHAR] [--dry-run] [--refused FILE]',
  async run(args) {
    const { values, positionals } = readArgs(args, OPTIONS, 2)
    const [kind, file] = positionals as [string, string]
    if (kind !== BUNDLE) importKind(kind)
    const found = await stat(file).catch(() => null)
    if (found === null || !found.isFile()) throw new CommandFailed(`There is no file ${file}`)
    const config = loadConfig()
    const services = await openWorkerServices(config, createLog({ LOG_LEVEL: 'error' }, 'cli'))
    try {
      const options = await optionsOf(kind, file, values as Values)
      const upload = await takeIn(file, config.DATA_DIR)
      const params = { options, ...formatOf(values as Values) }
      const request = { type: 'import' as const, kind, params, file: upload }
      const { row } = await requestOperation(services.deps, services.queues, request, { principal: null })
      console.error(`operation ${row.id}`)
      return await report(services, await carryOut(services, row.id), values.refused as string | undefined)
    } finally {
      await closeWorkerServices(services)
    }
  },
}
