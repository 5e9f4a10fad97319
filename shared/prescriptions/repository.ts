import type { Db, Knex } from '../db/connect.ts'
import { reading } from '../db/transaction.ts'
import type { DoseUnit, RouteCode } from './forms.ts'
import type { FrequencyCode, Timing } from './frequencies.ts'
import type { LineStatus } from './rules.ts'

/** What a doctor's order says. */
export interface OrderColumns {
  medication_id: string
  description: string
  dose: string
  dose_unit: DoseUnit
  route: RouteCode
  frequency: FrequencyCode
  timing: Timing | null
  as_needed: number
  max_per_day: string | number | null
  duration_days: number | null
  quantity: number
  instructions_ms: string
  instructions_en: string
  note: string | null
  unit_price_sen: number
}

/** A line with the unit of sale of its medicine, as the driver gives it. */
export interface LineRow extends OrderColumns {
  id: string
  visit_id: string
  patient_id: string
  consultation_id: string | null
  position: number
  status: LineStatus
  /** JSON text. */
  warnings: string
  override_reason: string | null
  return_reason: string | null
  ordered_by: string | null
  ordered_at: string
  prepared_at: string | null
  handed_over_at: string | null
  returned_at: string | null
  cancelled_at: string | null
  version: number
  medication_unit: string
}

export const LINE_COLUMNS = [
  'id',
  'visit_id',
  'patient_id',
  'consultation_id',
  'position',
  'medication_id',
  'description',
  'dose',
  'dose_unit',
  'route',
  'frequency',
  'timing',
  'as_needed',
  'max_per_day',
  'duration_days',
  'quantity',
  'instructions_ms',
  'instructions_en',
  'note',
  'unit_price_sen',
  'status',
  'warnings',
  'override_reason',
  'return_reason',
  'ordered_by',
  'ordered_at',
  'prepared_at',
  'handed_over_at',
  'returned_at',
  'cancelled_at',
  'version',
] as const satisfies readonly Exclude<keyof LineRow, 'medication_unit'>[]

/** Lines with the unit their quantity counts, to be narrowed and selected with {@link SELECTED}. */
export const linesOf = (db: Db, name: string): Knex.QueryBuilder =>
  db('prescription_lines as l')
    .comment(`prescriptions.${name}`)
    .join('medications as m', 'm.id', 'l.medication_id')
export const SELECTED = [...LINE_COLUMNS.map((column) => `l.${column}`), 'm.unit as medication_unit']

/** Every line of a visit that was not cancelled, in its order. */
export const listLines = (db: Db, visitId: string): Promise<LineRow[]> =>
  reading(
    linesOf(db, 'lines')
      .where('l.visit_id', visitId)
      .whereNot('l.status', 'cancelled')
      .orderBy(['l.position', 'l.id'])
      .select(SELECTED) as PromiseLike<LineRow[]>,
  )

/** What a prescription is written in. */
export interface ConsultationRef {
  id: string
  visit_id: string
  patient_id: string
  doctor_id: string
  status: string
  allergies: string | null
  /** State of the ticket of the visit or of its group; null without one. */
  ticket_status: string | null
  /** Of the head of the visit's lines; null before the first. */
  version: number | null
}

/** The consultation that a prescription belongs to, with what is asked of its patient. */
export const findConsultation = (db: Db, id: string): Promise<ConsultationRef | undefined> =>
  reading(
    db('consultations as c')
      .comment('prescriptions.consultation')
      .join('visits as v', 'v.id', 'c.visit_id')
      .join('patients as p', 'p.id', 'c.patient_id')
      .leftJoin('prescriptions as h', 'h.visit_id', 'c.visit_id')
      .leftJoin('tickets as own', 'own.visit_id', 'v.id')
      .where('c.id', id)
      .first('c.id', 'c.visit_id', 'c.patient_id', 'c.doctor_id', 'c.status', 'p.allergies', 'h.version')
      .select(
        db.raw(`coalesce(own.status, (select t.status from visits g join tickets t on t.visit_id = g.id
          where g.group_uid = v.group_uid limit 1)) as ticket_status`),
      ) as PromiseLike<ConsultationRef | undefined>,
  )

const lockedHead = (trx: Knex.Transaction, visitId: string): PromiseLike<{ version: number } | undefined> =>
  trx('prescriptions')
    .comment('prescriptions.lock-head')
    .where({ visit_id: visitId })
    .forUpdate()
    .first('version')

/**
 * Locks the head of a visit's lines, which is made before the first: whoever changes lines does this first. Locked
 * first and made only if it is missing, because an insert that meets a row holds it shared.
 */
export async function lockHead(
  trx: Knex.Transaction,
  ref: Pick<ConsultationRef, 'id' | 'visit_id' | 'patient_id'>,
  at: string,
): Promise<number> {
  const found = await lockedHead(trx, ref.visit_id)
  if (found !== undefined) return found.version
  const row = {
    visit_id: ref.visit_id,
    patient_id: ref.patient_id,
    consultation_id: ref.id,
    version: 0,
    updated_at: at,
  }
  await trx('prescriptions').comment('prescriptions.head').insert(row).onConflict('visit_id').ignore()
  return (await lockedHead(trx, ref.visit_id))?.version ?? 0
}

/** Raises the version of a locked head. */
export const raiseHead = (
  trx: Knex.Transaction,
  visitIds: readonly string[],
  userId: string | null,
  at: string,
): PromiseLike<unknown> =>
  trx('prescriptions')
    .comment('prescriptions.raise-head')
    .whereIn('visit_id', [...visitIds])
    .update({ version: trx.raw('version + 1'), updated_by: userId, updated_at: at })

/** Medicines that a patient still takes from other visits: a course that is not over. */
export const listRunning = (
  db: Db,
  patientId: string,
  exceptVisitId: string,
  at: string,
): Promise<{ generic_name: string; brand_name: string | null; atc_code: string | null }[]> =>
  reading(
    db('prescription_lines as l')
      .comment('prescriptions.running')
      .join('medications as m', 'm.id', 'l.medication_id')
      .where('l.patient_id', patientId)
      .whereNot('l.visit_id', exceptVisitId)
      .whereIn('l.status', ['ordered', 'prepared', 'handed_over'])
      .whereNotNull('l.duration_days')
      .whereRaw('l.ordered_at + interval l.duration_days day > ?', [at])
      .select('m.generic_name', 'm.brand_name', 'm.atc_code') as PromiseLike<
      { generic_name: string; brand_name: string | null; atc_code: string | null }[]
    >,
  )

/** The last visit of a patient before this one on which something was ordered that was kept. */
export const findLastVisit = (
  db: Db,
  patientId: string,
  beforeVisitId: string,
): Promise<{ visit_id: string } | undefined> =>
  reading(
    db('prescription_lines')
      .comment('prescriptions.last')
      .where({ patient_id: patientId })
      .where('visit_id', '<', beforeVisitId)
      .whereNotIn('status', ['cancelled', 'returned'])
      .orderBy('visit_id', 'desc')
      .first('visit_id') as PromiseLike<{ visit_id: string } | undefined>,
  )
