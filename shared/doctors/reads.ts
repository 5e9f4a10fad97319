import { type Cached, cachedList, cachedOne, METADATA_TTL_S } from '../cache/read-cache.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import { isRowId } from '../units/ids.ts'
import { findDoctor, findSignature, listDoctors, MOST_DOCTORS } from './repository.ts'
import type { Doctor, DoctorList, Signature } from './schema.ts'
import { viewDoctor, viewSignature } from './view.ts'

/** Name of the domain in the cache. */
export const DOCTORS = 'doctors'

const VARIANT = 'all-2'

type ReadDeps = Pick<Deps, 'db' | 'cacheRedis' | 'prefix' | 'log'>

/** All doctors of the clinic; kept for a day, made old by every change. */
export const getDoctors = (deps: ReadDeps): Promise<Cached> =>
  cachedList(deps, { domain: DOCTORS, variant: VARIANT, key: 'all', ttlS: METADATA_TTL_S }, async () => {
    const data = (await listDoctors(deps.db)).map(viewDoctor)
    const meta = { page: 1, limit: MOST_DOCTORS, total: data.length, totalPages: 1, next: null }
    return { data, meta } satisfies DoctorList
  })

/** One doctor; throws `not-found`. */
export async function getDoctor(deps: ReadDeps, id: string): Promise<Cached> {
  if (!isRowId(id)) throw new AppError('not-found')
  const ask = { domain: DOCTORS, variant: VARIANT, id, ttlS: METADATA_TTL_S }
  const found = await cachedOne(deps, ask, async () => {
    const row = await findDoctor(deps.db, id)
    return row === undefined ? null : viewDoctor(row)
  })
  if (found === null) throw new AppError('not-found')
  return found
}

/** The picture that a doctor signs with, as it is in the database; throws `not-found` for nobody's id. */
export async function getSignature(deps: Pick<Deps, 'db'>, id: string): Promise<Signature> {
  const row = isRowId(id) ? await findDoctor(deps.db, id) : undefined
  if (row === undefined) throw new AppError('not-found')
  const picture = row.signature_id === null ? undefined : await findSignature(deps.db, row.signature_id)
  return viewSignature(picture, row.version)
}

/** The bytes of a signature for a paper that was issued under it; null where it has none. */
export async function signatureOnPaper(
  deps: Pick<Deps, 'db'>,
  { signature_id: id }: { signature_id: string | null },
): Promise<Buffer | null> {
  const picture = id === null ? undefined : await findSignature(deps.db, id)
  return picture === undefined ? null : Buffer.from(picture.content, 'base64')
}

/** A doctor who works here now; throws `rule/broken` naming `path` for anybody else. */
export async function activeDoctor(deps: ReadDeps, id: string, path = 'doctorId'): Promise<Doctor> {
  const list = JSON.parse((await getDoctors(deps)).json.toString()) as DoctorList
  const found = list.data.find((each) => each.id === id && each.active)
  if (found !== undefined) return found
  throw new AppError('rule/broken', { errors: [{ path, message: 'No such doctor works here' }] })
}

/** The doctor that a signed-in person is, or null. */
export async function doctorOfUser(deps: ReadDeps, userId: string): Promise<Doctor | null> {
  const list = JSON.parse((await getDoctors(deps)).json.toString()) as DoctorList
  return list.data.find((each) => each.userId === userId && each.active) ?? null
}
