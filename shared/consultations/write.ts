import type { AuditEntry } from '../audit/entry.ts'
import { auditInsertion } from '../audit/write.ts'
import { diagnosesInsertion } from '../dashboard/commands.ts'
import type { Knex } from '../db/connect.ts'
import { inOneTrip, type Step } from '../db/one-trip.ts'
import { toSqlUtc } from '../units/clock.ts'
import type { ConsultationRow, ContentColumns, OutlineRow } from './model.ts'
import type { Diagnosis } from './schema.ts'
import { viewContent } from './view.ts'

type Changes = Partial<ContentColumns & Pick<OutlineRow, 'status' | 'doctor_id' | 'signed_at' | 'amended_at'>>

/** A state to be kept for ever beside the present one. */
interface Kept {
  kind: 'signed' | 'amended' | 'handed-over'
  of: ConsultationRow
  userId: string
  reason: string | null
}

export interface ConsultationWrite {
  /** What it is based on: with any other version, state or doctor in the table nothing is written. */
  seen: ConsultationRow
  changes: Changes
  /** Given where they are to be replaced. */
  diagnoses?: readonly Diagnosis[] | undefined
  kept?: Kept | undefined
  audit: AuditEntry
  now: Date
}

const keptInsertion = (trx: Knex.Transaction, { kind, of, userId, reason }: Kept, at: string): Step =>
  trx('consultation_versions').insert({
    consultation_id: of.id,
    version: of.version,
    kind,
    doctor_id: of.doctor_id,
    user_id: userId,
    reason,
    content: JSON.stringify(viewContent(of)),
    at,
  })

function diagnosesSteps(trx: Knex.Transaction, visitId: string, diagnoses: readonly Diagnosis[]): Step[] {
  const rows = diagnoses.map(({ code, text, primary }, position) => ({
    visit_id: visitId,
    position,
    code,
    text,
    is_primary: primary,
  }))
  const removal = trx('diagnoses').where({ visit_id: visitId }).delete()
  return rows.length === 0 ? [removal] : [removal, trx('diagnoses').insert(rows)]
}

/** Ends the trip before anything else is written when the row was not as it was seen. */
const UNLESS_OVERTAKEN = `if row_count() <> 1 then signal sqlstate '45000' set message_text = 'overtaken'; end if`
const SIGNALLED = 1644

const isSignalled = (error: unknown): boolean =>
  error instanceof Error && 'errno' in error && error.errno === SIGNALLED

/**
 * Changes a consultation that still is as it was seen, and raises its version, in one round trip. Answers whether it
 * was; if not, nothing has been written.
 */
export async function writeConsultation(
  trx: Knex.Transaction,
  { seen, changes, diagnoses, kept, audit, now }: ConsultationWrite,
): Promise<boolean> {
  const at = toSqlUtc(now)
  const { id, version, status, doctor_id } = seen
  const isCounted = (changes.status ?? status) !== 'draft'
  const steps: Step[] = [
    trx('consultations')
      .where({ id, version, status, doctor_id })
      .update({ ...changes, version: version + 1, updated_at: at }),
    UNLESS_OVERTAKEN,
    ...(status === 'draft' ? [] : [diagnosesInsertion(trx, seen.visit_id, -1)]),
    ...(diagnoses === undefined ? [] : diagnosesSteps(trx, seen.visit_id, diagnoses)),
    ...(isCounted ? [diagnosesInsertion(trx, seen.visit_id, 1)] : []),
    ...(kept === undefined ? [] : [keptInsertion(trx, kept, at)]),
    auditInsertion(trx, [audit], now),
    'select 1 as written',
  ]
  try {
    await inOneTrip(trx, audit.action, [], steps)
    return true
  } catch (error) {
    if (isSignalled(error)) return false
    throw error
  }
}
