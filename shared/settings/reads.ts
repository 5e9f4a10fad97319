import { type Cached, cachedList, METADATA_TTL_S } from '../cache/read-cache.ts'
import type { Deps } from '../deps.ts'
import type { Settings } from './definitions.ts'
import { findClinicFile, listChanged } from './repository.ts'
import type { Logo, Setting } from './schema.ts'
import { valuesOf, viewLogo, viewSettings } from './view.ts'

/** Name of the logo among the clinic's files. */
export const LOGO = 'logo'
/** Name of the domain in the cache. */
export const SETTINGS_DOMAIN = 'settings'

type ReadDeps = Pick<Deps, 'db' | 'cacheRedis' | 'prefix' | 'log'>

/** All settings; kept for a day, made old by every change. */
export const getSettings = (deps: ReadDeps): Promise<Cached> =>
  cachedList(
    deps,
    { domain: SETTINGS_DOMAIN, variant: 'all-2', key: 'all', ttlS: METADATA_TTL_S },
    async () => ({
      data: viewSettings(await listChanged(deps.db)),
    }),
  )

// the answer read last: settings hardly ever change, and its ETag says whether they did
let last: { etag: string; values: Settings } | undefined

/** The clinic's settings with their values, for rules and print-outs. Do not change the object. */
export async function settingsOf(deps: ReadDeps): Promise<Settings> {
  const { json, etag } = await getSettings(deps)
  if (last?.etag !== etag) {
    const { data } = JSON.parse(json.toString()) as { data: Setting[] }
    last = { etag, values: valuesOf(data) }
  }
  return last.values
}

/** The clinic's logo; kept for a day, made old by every change. */
export const getLogo = (deps: ReadDeps): Promise<Cached> =>
  cachedList(deps, { domain: SETTINGS_DOMAIN, variant: 'logo', key: LOGO, ttlS: METADATA_TTL_S }, async () =>
    viewLogo(await findClinicFile(deps.db, LOGO)),
  )

/** The clinic's settings together with its logo, for print-outs. */
export async function clinicOnPaper(deps: ReadDeps): Promise<Settings & { 'clinic.logo': string }> {
  const [settings, { json }] = await Promise.all([settingsOf(deps), getLogo(deps)])
  const { image } = JSON.parse(json.toString()) as Logo
  return { ...settings, 'clinic.logo': image ?? '' }
}
