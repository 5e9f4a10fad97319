import { link, mkdir, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Config,
  type KeyFile,
  keyPath,
  readKeys,
  URLS_WITH_SECRETS,
} from '../../shared/config/config.ts'
import type { Entry } from './tar.ts'

/** Folders below DATA_DIR that belong to the data: uploads work still needs, results, looks not yet in the audit. */
const FOLDERS = ['uploads', 'results', 'audit-spool'] as const
/** Keys without which a restored database could not be read or its papers verified. */
export const KEYS = ['DATA_KEY_FILE', 'SIGNING_KEY_FILE'] as const satisfies readonly KeyFile[]
export const SETTINGS_FILE = 'settings.json'

/**
 * Keeps every file of the data as it is now by a second name (hard link): work that ends meanwhile removes its upload,
 * and the dump still speaks of it. Called once more when the dump's snapshot stands, it adds what came in between.
 */
export async function keepFiles(dataDir: string, to: string): Promise<void> {
  for (const folder of FOLDERS) {
    const from = join(dataDir, folder)
    await mkdir(join(to, folder), { recursive: true, mode: 0o700 })
    for (const name of await readdir(from).catch(() => [])) {
      const path = join(from, name)
      const info = await stat(path).catch(() => null)
      if (!info?.isFile()) continue
      await link(path, join(to, folder, name)).catch((error: NodeJS.ErrnoException) => {
        // gone meanwhile, or kept by the first call
        if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error
      })
    }
  }
}

/** The kept files for the archive. */
export async function keptFiles(dir: string): Promise<Entry[]> {
  const all = await Promise.all(
    FOLDERS.map(async (folder) =>
      (await readdir(join(dir, folder)).catch(() => [])).map((name) => ({
        name: `${folder}/${name}`,
        path: join(dir, folder, name),
      })),
    ),
  )
  return all.flat()
}

/** The settings of the installation without what opens another system's doors. */
function plainSettings(config: Config): Partial<Config> {
  const secret = new Set<string>([...URLS_WITH_SECRETS, 'INITIAL_ADMIN_PASSWORD'])
  return Object.fromEntries(Object.entries(config).filter(([name]) => !secret.has(name)))
}

/** The keys and settings for the archive; they exist nowhere in the backup but under the backup key. */
export async function keysAndSettings(config: Config): Promise<Entry[]> {
  const keys = await Promise.all(
    KEYS.map(async (name) => {
      readKeys(config, name) // outside production makes the key when there is none yet
      return { name: name.toLowerCase(), bytes: await readFile(keyPath(config, name)) }
    }),
  )
  const settings = Buffer.from(`${JSON.stringify(plainSettings(config), null, 2)}\n`)
  return [...keys, { name: SETTINGS_FILE, bytes: settings }]
}
