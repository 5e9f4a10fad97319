import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { open, readdir, readFile, rename } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type Manifest, manifest as manifestShape } from '../../shared/backups/schema.ts'
import type { Config } from '../../shared/config/config.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import { keyNamed } from './seal.ts'

const FILE = 'manifest.json'
const MAC_KEY_BYTES = 32
/** Beginning of the names of folders in which a backup is still being made. */
export const PARTIAL = '.partial-'

/** Where backups lie. */
export const backupsDir = ({ DATA_DIR }: Pick<Config, 'DATA_DIR'>): string => join(DATA_DIR, 'backups')

function macOf(key: Buffer, content: Omit<Manifest, 'mac'>): string {
  const macKey = hkdfSync('sha256', key, Buffer.alloc(0), 'clinic backup manifest', MAC_KEY_BYTES)
  return createHmac('sha256', Buffer.from(macKey)).update(JSON.stringify(content)).digest('hex')
}

async function synced(path: string): Promise<void> {
  const dir = await open(path, 'r')
  try {
    await dir.sync()
  } finally {
    await dir.close()
  }
}

/** Writes the manifest as the last file of a folder, then gives the folder its name: from then on the backup exists. */
export async function publishManifest(
  key: Buffer,
  content: Omit<Manifest, 'mac'>,
  from: string,
  to: string,
): Promise<Manifest> {
  const whole = { ...content, mac: macOf(key, content) }
  const file = await open(join(from, FILE), 'wx', 0o600)
  try {
    await file.writeFile(`${JSON.stringify(whole, null, 2)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await synced(from)
  await rename(from, to)
  await synced(join(to, '..'))
  return whole
}

const damaged = (detail: string, cause?: unknown) => new AppError('backup/damaged', { detail, cause })

/** Reads the manifest of a folder without trusting it. Throws `backup/damaged` when it has none that can be read. */
export async function readManifest(dir: string): Promise<Manifest> {
  const text = await readFile(join(dir, FILE), 'utf8').catch((cause) => {
    throw damaged('It has no manifest.', cause)
  })
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch (cause) {
    throw damaged('Its manifest cannot be read.', cause)
  }
  const parsed = manifestShape.safeParse(read)
  if (!parsed.success) throw damaged('Its manifest is not one.', parsed.error)
  return parsed.data
}

/** Reads the manifest of a folder and makes sure that it was written under one of the keys and not changed since. */
export async function trustedManifest(keys: readonly Buffer[], dir: string): Promise<Manifest> {
  const { mac, ...content } = await readManifest(dir)
  const expected = macOf(keyNamed(keys, content.keyId), content)
  if (!timingSafeEqual(Buffer.from(expected, 'hex'), Buffer.from(mac, 'hex')))
    throw damaged('Its manifest was changed.')
  if (content.name !== basename(dir) && !basename(dir).startsWith(PARTIAL))
    throw damaged('Its folder has another name than its manifest.')
  return { ...content, mac }
}

/** Manifests of all whole backups below a folder; what cannot be read is left out. */
export async function manifestsIn(dir: string): Promise<Manifest[]> {
  const names = await readdir(dir).catch(() => [])
  const found = await Promise.all(
    names
      .filter((name) => !name.startsWith('.'))
      .map((name) => readManifest(join(dir, name)).catch(() => null)),
  )
  return found.filter((each) => each !== null)
}
