import type { AuditEntry } from '../audit/entry.ts'
import { writeAudit } from '../audit/write.ts'
import { isDuplicateKey } from '../db/errors.ts'
import { madeBefore, onceInsertion, onceOf } from '../db/idempotency.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { doctorOfUser } from '../doctors/reads.ts'
import { isPlaceholder } from '../doctors/rules.ts'
import type { Doctor } from '../doctors/schema.ts'
import { shownDay } from '../documents/words.ts'
import { AppError } from '../errors/app-error.ts'
import { clinicNumber } from '../patients/reads.ts'
import { settingsOf } from '../settings/reads.ts'
import { toSqlUtc } from '../units/clock.ts'
import { clinicDay } from '../units/dates.ts'
import { getLetter } from './reads.ts'
import { type About, findLetter, holdConsultation, insertLetter, type LetterRow } from './repository.ts'
import { fillTemplate, templateSetting } from './rules.ts'
import type { Letter, LetterInput } from './schema.ts'
import { viewLetter } from './view.ts'

type WriteDeps = Pick<Deps, 'db' | 'cacheRedis' | 'prefix' | 'log' | 'clock'>
type Who = Omit<AuditEntry, 'action' | 'outcome'>
type Settings = Awaited<ReturnType<typeof settingsOf>>

const ENTITY = 'letter'
const UNKNOWN = '-'

/** The text that is issued: the clinic's template with everything put in. */
function bodyOf(input: LetterInput, about: About, doctor: Doctor, mmc: string, settings: Settings): string {
  const { language } = input
  const born = about.date_of_birth === null ? UNKNOWN : shownDay(about.date_of_birth, language)
  const isSlip = input.kind === 'time_slip'
  return fillTemplate(settings[templateSetting(input.kind, language)], {
    patient: about.patient_name,
    idNumber: about.id_number ?? UNKNOWN,
    clinicNumber: clinicNumber(about.patient_id),
    dateOfBirth: born,
    doctor: doctor.name,
    mmc,
    clinic: settings['clinic.name'],
    date: shownDay(about.day, language),
    recipient: isSlip ? '' : input.recipient,
    details: input.details,
    from: isSlip ? input.from : '',
    to: isSlip ? input.to : '',
  }).trim()
}

/**
 * Issues a letter from a doctor's own consultation and keeps its text. A repeat under one `Idempotency-Key` answers the
 * first one. Throws `rule/broken` for a doctor without MMC number, `auth/forbidden` for another doctor's consultation,
 * `not-found`.
 */
export async function issueLetter(
  deps: WriteDeps,
  consultationId: string,
  input: LetterInput,
  who: Who,
  key?: string,
): Promise<Letter> {
  const doctor = await doctorOfUser(deps, who.userId ?? '')
  if (doctor === null) throw new AppError('auth/forbidden')
  const mmc = doctor.mmcNumber
  if (mmc === null || isPlaceholder(mmc))
    throw new AppError('rule/broken', {
      errors: [{ path: 'doctor.mmcNumber', message: 'The doctor has no MMC number on record' }],
    })
  const once = onceOf(who.userId, key, ['letters.issue', consultationId, input])
  const before = once === undefined ? undefined : await madeBefore(deps.db, once, ENTITY)
  if (before !== undefined) return getLetter(deps, before)
  const settings = await settingsOf(deps)
  const now = deps.clock.now()
  try {
    return await inTransaction(deps.db, async (trx) => {
      const about = await holdConsultation(trx, consultationId)
      if (about === undefined) throw new AppError('not-found')
      if (about.doctor_id !== doctor.id) throw new AppError('auth/forbidden')
      const row = {
        kind: input.kind,
        language: input.language,
        consultation_id: consultationId,
        visit_id: about.visit_id,
        patient_id: about.patient_id,
        doctor_id: doctor.id,
        patient_name: about.patient_name,
        doctor_name: doctor.name,
        doctor_mmc: mmc,
        signature_id: doctor.signatureId,
        recipient: input.kind === 'referral' ? input.recipient : null,
        body: bodyOf(input, about, doctor, mmc, settings),
        issued_on: clinicDay(now),
        issued_at: toSqlUtc(now),
      }
      const id = await insertLetter(trx, row)
      if (once !== undefined) await onceInsertion(trx, once, ENTITY, id)
      const entry = { entity: ENTITY, entityId: id, patientId: about.patient_id, outcome: 'ok' } as const
      await writeAudit(trx, { ...who, action: 'letters.issue', ...entry, detail: { consultationId } }, now)
      return viewLetter((await findLetter(trx, id)) as LetterRow)
    })
  } catch (error) {
    // two requests with the same key at once: the second waited for the first one's row of the key
    const first =
      once === undefined || !isDuplicateKey(error) ? undefined : await madeBefore(deps.db, once, ENTITY)
    if (first === undefined) throw error
    return getLetter(deps, first)
  }
}
