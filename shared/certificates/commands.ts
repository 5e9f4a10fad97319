import type { AuditEntry } from '../audit/entry.ts'
import { writeAudit } from '../audit/write.ts'
import type { Knex } from '../db/connect.ts'
import { isDuplicateKey } from '../db/errors.ts'
import { madeBefore, type Once, onceOf } from '../db/idempotency.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { doctorOfUser } from '../doctors/reads.ts'
import { isPlaceholder } from '../doctors/rules.ts'
import type { Doctor } from '../doctors/schema.ts'
import { AppError } from '../errors/app-error.ts'
import { settingsOf } from '../settings/reads.ts'
import { toSqlUtc } from '../units/clock.ts'
import { clinicDay } from '../units/dates.ts'
import { CERTIFICATE, giveNumber, type Replaced } from './give-number.ts'
import { type CertificateRow, findCertificate, holdConsultation, voiding } from './repository.ts'
import { faultsOfLeave, type LeaveLimits, mayBecome } from './rules.ts'
import type { Certificate, CertificateInput, ReplaceInput, VoidInput } from './schema.ts'
import { viewCertificate } from './view.ts'

type WriteDeps = Pick<Deps, 'db' | 'cacheRedis' | 'prefix' | 'log' | 'clock' | 'config'>
type Who = Omit<AuditEntry, 'action' | 'outcome'>

/** The doctor who signs in as this person; certificates are written by nobody else. */
async function signingDoctor(deps: WriteDeps, who: Who): Promise<Doctor> {
  const doctor = await doctorOfUser(deps, who.userId ?? '')
  if (doctor === null) throw new AppError('auth/forbidden')
  return doctor
}

/** The doctor's MMC number; a paper without a real one would be worth nothing. */
function mmcOf(doctor: Doctor): string {
  const number = doctor.mmcNumber
  if (number !== null && !isPlaceholder(number)) return number
  const message = 'The doctor has no MMC number on record, so no certificate can be issued'
  throw new AppError('rule/broken', { errors: [{ path: 'doctor.mmcNumber', message }] })
}

async function limitsOf(deps: WriteDeps): Promise<LeaveLimits> {
  const settings = await settingsOf(deps)
  return {
    backdateDays: settings['certificates.backdateDays'],
    maxDays: settings['certificates.maxDays'],
  }
}

interface Wanted {
  doctor: Doctor
  leave: CertificateInput
  limits: LeaveLimits
  now: Date
  who: Who
  once?: Once | undefined
}

/** Issues in a transaction; `replaced` is locked there already. */
async function issueIn(
  trx: Knex.Transaction,
  consultationId: string,
  { doctor, leave, limits, now, who, once }: Wanted,
  replaced?: Replaced & { from: string },
): Promise<CertificateRow> {
  const consulted = await holdConsultation(trx, consultationId)
  if (consulted === undefined) throw new AppError('not-found')
  if (consulted.doctor_id !== doctor.id) throw new AppError('auth/forbidden')
  const issuedOn = clinicDay(now)
  const errors = faultsOfLeave(leave, issuedOn, limits, replaced?.from)
  if (errors.length > 0) throw new AppError('rule/broken', { errors })
  const { id: _, ...of } = consulted
  const draft = {
    ...of,
    consultation_id: consultationId,
    doctor_name: doctor.name,
    doctor_mmc: mmcOf(doctor),
    signature_id: doctor.signatureId,
    from_on: leave.from,
    to_on: leave.to,
    issued_on: issuedOn,
    issued_at: toSqlUtc(now),
  }
  const audit: AuditEntry = {
    ...who,
    action: 'certificates.issue',
    entity: 'certificate',
    patientId: consulted.patient_id,
    outcome: 'ok',
    detail: { consultationId, ...(replaced === undefined ? {} : { replaces: replaced.id }) },
  }
  const id = await giveNumber(trx, { draft, audit, once, replaced })
  return (await findCertificate(trx, { id })) as CertificateRow
}

/**
 * Issues a certificate from a doctor's own consultation. A repeat under one `Idempotency-Key` answers the first one.
 * Throws `rule/broken` for days that the clinic does not allow and for a doctor without MMC number, `auth/forbidden`
 * for another doctor's consultation, `not-found`.
 */
export async function issueCertificate(
  deps: WriteDeps,
  consultationId: string,
  leave: CertificateInput,
  who: Who,
  key?: string,
): Promise<Certificate> {
  const doctor = await signingDoctor(deps, who)
  const once = onceOf(who.userId, key, ['certificates.issue', consultationId, leave])
  const before = once === undefined ? undefined : await madeBefore(deps.db, once, CERTIFICATE)
  if (before !== undefined) return presentCertificate(deps, before)
  const limits = await limitsOf(deps)
  const wanted = { doctor, leave, limits, now: deps.clock.now(), who, once }
  try {
    const row = await inTransaction(deps.db, (trx) => issueIn(trx, consultationId, wanted))
    return viewCertificate(deps, row)
  } catch (error) {
    // two requests with the same key at once: the second waited for the first one's row of the key
    const first =
      once === undefined || !isDuplicateKey(error) ? undefined : await madeBefore(deps.db, once, CERTIFICATE)
    if (first === undefined) throw error
    return presentCertificate(deps, first)
  }
}

async function presentCertificate(deps: WriteDeps, id: string): Promise<Certificate> {
  const row = await findCertificate(deps.db, { id })
  if (row === undefined) throw new AppError('not-found')
  return viewCertificate(deps, row)
}

/** A certificate of this doctor that may become void and has the version seen, under a lock. */
async function lockOwn(
  deps: WriteDeps,
  trx: Knex.Transaction,
  id: string,
  version: number,
  doctor: Doctor,
): Promise<CertificateRow> {
  const row = await findCertificate(trx, { id }, { lock: true })
  if (row === undefined) throw new AppError('not-found')
  if (row.doctor_id !== doctor.id) throw new AppError('auth/forbidden')
  const extra = { current: viewCertificate(deps, row) }
  if (row.version !== version) throw new AppError('state/version', { extra })
  if (!mayBecome(row.status, 'void')) throw new AppError('state/conflict', { extra })
  return row
}

const auditOfVoid = (who: Who, row: CertificateRow): AuditEntry => ({
  ...who,
  action: 'certificates.void',
  entity: 'certificate',
  entityId: row.id,
  patientId: row.patient_id,
  outcome: 'ok',
  detail: { version: row.version + 1 },
})

/** Makes a certificate void, with a reason, for good. Throws `state/version` and `state/conflict` with the present one. */
export async function voidCertificate(
  deps: WriteDeps,
  id: string,
  { reason, version }: VoidInput,
  who: Who,
): Promise<Certificate> {
  const doctor = await signingDoctor(deps, who)
  const now = deps.clock.now()
  return inTransaction(deps.db, async (trx) => {
    const row = await lockOwn(deps, trx, id, version, doctor)
    const at = toSqlUtc(now)
    await voiding(trx, id, { reason, at, by: who.userId as string, replacedBy: null }).comment(
      'certificates.void',
    )
    await writeAudit(trx, auditOfVoid(who, row), now)
    return viewCertificate(deps, {
      ...row,
      status: 'void',
      void_reason: reason,
      voided_at: at,
      version: version + 1,
    })
  })
}

/** Issues a new certificate in the place of another, which becomes void in the same transaction. */
export async function replaceCertificate(
  deps: WriteDeps,
  id: string,
  { reason, version, ...leave }: ReplaceInput,
  who: Who,
): Promise<Certificate> {
  const doctor = await signingDoctor(deps, who)
  const limits = await limitsOf(deps)
  const now = deps.clock.now()
  return inTransaction(deps.db, async (trx) => {
    const old = await lockOwn(deps, trx, id, version, doctor)
    const replaced = {
      id,
      reason,
      by: who.userId as string,
      audit: auditOfVoid(who, old),
      from: old.from_on,
    }
    const wanted = { doctor, leave, limits, now, who }
    return viewCertificate(deps, await issueIn(trx, old.consultation_id, wanted, replaced))
  })
}
