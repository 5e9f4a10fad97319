import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import { settingsOf } from '../settings/reads.ts'
import { isRowId } from '../units/ids.ts'
import { decodeCertificate } from './code.ts'
import { signingKeys } from './keys.ts'
import { type CertificateRow, findCertificate, listCertificates } from './repository.ts'
import { daysOf } from './rules.ts'
import type { Certificate, CertificateList, CertificateQuery, Verification } from './schema.ts'
import { claimsOfRow, viewCertificate } from './view.ts'

export { publicKeys } from './keys.ts'
export { printCertificate } from './print.ts'

type ReadDeps = Pick<Deps, 'db' | 'cacheRedis' | 'prefix' | 'log' | 'config'>

/** One certificate as it is stored; throws `not-found`. */
export async function certificateRow(deps: Pick<Deps, 'db'>, id: string): Promise<CertificateRow> {
  const row = isRowId(id) ? await findCertificate(deps.db, { id }) : undefined
  if (row === undefined) throw new AppError('not-found')
  return row
}

/** One certificate as staff see it; throws `not-found`. */
export const getCertificate = async (deps: ReadDeps, id: string): Promise<Certificate> =>
  viewCertificate(deps, await certificateRow(deps, id))

/** Certificates by patient, consultation, doctor or days, the latest first. */
export async function getCertificates(deps: ReadDeps, query: CertificateQuery): Promise<CertificateList> {
  if (query.cursor !== undefined && !isRowId(query.cursor))
    throw new AppError('request/invalid', {
      errors: [{ path: 'cursor', message: 'Not a cursor of this list' }],
    })
  const rows = await listCertificates(deps.db, query)
  const shown = rows.slice(0, query.limit)
  const next = rows.length > query.limit ? (shown.at(-1)?.id ?? null) : null
  return { data: shown.map((row) => viewCertificate(deps, row)), meta: { limit: query.limit, next } }
}

/** What a code that somebody holds is worth, and the row it is about, for the audit. */
export interface Verified {
  answer: Verification
  row: CertificateRow | null
}

const NOT_OURS: Verified = { answer: { result: 'not-ours', certificate: null }, row: null }

/** Says whether a code is of a certificate issued here, and whether that is void. Forged codes never reach the database. */
export async function verifyCode(deps: ReadDeps, code: string): Promise<Verified> {
  const claims = decodeCertificate(code, signingKeys(deps))
  if (claims === null) return NOT_OURS
  const row = await findCertificate(deps.db, { number: claims.number })
  const { keyId: _, ...said } = claims
  // signed with our key, but not what is on record here: of another installation, or of a lost database
  if (row === undefined || JSON.stringify(claimsOfRow(row)) !== JSON.stringify(said)) return NOT_OURS
  const settings = await settingsOf(deps)
  const certificate = {
    number: row.number,
    from: row.from_on,
    to: row.to_on,
    days: daysOf(row.from_on, row.to_on),
    issuedOn: row.issued_on,
    doctor: { name: row.doctor_name, mmcNumber: row.doctor_mmc },
    patient: said.patient,
    clinic: settings['clinic.name'],
  }
  return { answer: { result: row.status === 'void' ? 'void' : 'genuine', certificate }, row }
}
