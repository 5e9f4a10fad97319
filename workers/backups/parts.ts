import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import type { Manifest, Part, PartName } from '../../shared/backups/schema.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import { sealing, unsealing } from './seal.ts'

/** Fast rather than small: dumps shrink to a fifth at level 1 already, and more costs several times the processor. */
const GZIP_LEVEL = 1
const FILES: Record<PartName, string> = {
  database: 'database.sql.gz.enc',
  files: 'files.tar.gz.enc',
  keys: 'keys.tar.gz.enc',
}

const contextOf = (backup: string, name: PartName) => `${backup}/${name}`

function meter() {
  const hash = createHash('sha256')
  let bytes = 0
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      bytes += chunk.length
      done(null, chunk)
    },
  })
  return { stream, bytes: () => bytes, sha256: () => hash.digest('hex') }
}

/** Writes one part of a backup: compressed, encrypted, on disk before it answers. Constant memory. */
export async function writePart(
  to: { dir: string; backup: string; key: Buffer },
  name: PartName,
  source: Readable | AsyncIterable<Buffer>,
  signal: AbortSignal,
): Promise<Part> {
  const file = FILES[name]
  const written = meter()
  await pipeline(
    source instanceof Readable ? source : Readable.from(source),
    createGzip({ level: GZIP_LEVEL }),
    sealing(to.key, contextOf(to.backup, name)),
    written.stream,
    createWriteStream(join(to.dir, file), { mode: 0o600, flags: 'wx', flush: true }),
    { signal },
  )
  return { name, file, bytes: written.bytes(), sha256: written.sha256() }
}

/**
 * Reads one part of a backup to its end and hands its plain bytes to `use`. Throws `backup/damaged` when a bit of it
 * differs from what was written or a byte is missing, `backup/wrong-key`, or what `use` threw.
 */
export async function readPart<T>(
  from: { dir: string; manifest: Manifest; keys: readonly Buffer[] },
  name: PartName,
  use: (plain: AsyncIterable<Buffer>) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const part = from.manifest.parts.find((each) => each.name === name)
  if (part === undefined) throw new AppError('backup/damaged', { detail: `It has no part ${name}.` })
  const read = meter()
  let result: T | undefined
  try {
    await pipeline(
      createReadStream(join(from.dir, FILES[name])),
      read.stream,
      unsealing(from.keys, contextOf(from.manifest.name, name)),
      createGunzip(),
      async (plain: AsyncIterable<Buffer>) => {
        result = await use(plain)
      },
      { signal },
    )
  } catch (error) {
    throw signal.aborted ? error : asDamage(error, name)
  }
  if (read.bytes() !== part.bytes || read.sha256() !== part.sha256)
    throw new AppError('backup/damaged', { detail: `Its part ${name} is not what was written.` })
  return result as T
}

/** What reading finds wrong with the file itself is damage; all else keeps its name. */
function asDamage(error: unknown, name: PartName): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  if (code === 'ENOENT' || code.startsWith('Z_'))
    return new AppError('backup/damaged', {
      detail: `Its part ${name} is missing or cannot be read.`,
      cause: error,
    })
  return error
}

/** Reads plain bytes to their end and forgets them. */
export async function drain(plain: AsyncIterable<Buffer>): Promise<void> {
  for await (const _ of plain) {
    // only that it can be read matters
  }
}
