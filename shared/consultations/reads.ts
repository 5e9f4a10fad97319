import type { Db } from '../db/connect.ts'
import { reading } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { doctorOfUser } from '../doctors/reads.ts'
import { AppError } from '../errors/app-error.ts'
import { fromSqlUtc } from '../units/clock.ts'
import { isRowId } from '../units/ids.ts'
import { fromCursor, toCursor } from './cursor.ts'
import { countConsultations, findConsultation, listConsultations } from './repository.ts'
import type {
  Consultation,
  ConsultationList,
  ConsultationPrescription,
  ListQuery,
  VersionList,
} from './schema.ts'
import { type ConsultationVariant, viewConsultation, viewOutline } from './view.ts'

export { type ConsultationCharge, chargesOf } from './charges.ts'
export { getPatientHistory, type HistoryRights } from './history/history.ts'
export { listTemplates } from './templates/templates.ts'
export { variantOf } from './view.ts'

type ReadDeps = Pick<Deps, 'db' | 'cacheRedis' | 'prefix' | 'log'>

const DEEPEST_ROW = 10_000

/** Whose consultations a list is about; null where the asker is no doctor and wants his own. */
async function doctorIdOf(
  deps: ReadDeps,
  { scope, doctor }: ListQuery,
  userId: string,
): Promise<string | null | undefined> {
  if (scope === 'all') return doctor
  const own = await doctorOfUser(deps, userId)
  return own === null || (doctor !== undefined && doctor !== own.id) ? null : own.id
}

/** A page of consultations, the newest first, by number or by cursor; straight from the database. */
export async function getConsultations(
  deps: ReadDeps,
  query: ListQuery,
  variant: ConsultationVariant,
  userId: string,
): Promise<ConsultationList> {
  const { limit, cursor, day, status } = query
  if (cursor !== undefined && query.page !== undefined)
    throw new AppError('request/invalid', {
      errors: [{ path: 'cursor', message: 'Either a page or a cursor' }],
    })
  const page = cursor === undefined ? (query.page ?? 1) : null
  if (page !== null && page * limit > DEEPEST_ROW) throw new AppError('request/too-deep-page')
  const from = cursor === undefined ? { skip: ((page ?? 1) - 1) * limit } : { after: fromCursor(cursor) }
  const doctorId = await doctorIdOf(deps, query, userId)
  const filter = { day, status, doctorId: doctorId ?? undefined }
  const isFull = variant === 'full'
  const [rows, counted] =
    doctorId === null
      ? [[], 0]
      : await Promise.all([
          listConsultations(deps.db, filter, from, limit + 1, isFull),
          countConsultations(deps.db, filter, DEEPEST_ROW + 1),
        ])
  const shown = rows.slice(0, limit)
  const last = rows.length > limit ? shown.at(-1) : undefined
  const total = Math.min(counted, DEEPEST_ROW)
  return {
    data: shown.map((row) => ({ ...viewOutline(row), ...(isFull ? { diagnoses: row.diagnoses } : {}) })),
    meta: {
      page,
      limit,
      total,
      totalPages: Math.ceil(total / limit),
      ...(counted > DEEPEST_ROW ? { totalIsAtLeast: true } : {}),
      next: last === undefined ? null : toCursor(last),
    },
  }
}

interface PrescribedRow {
  id: string
  medication_id: string
  description: string
  quantity: number
  status: string
}

const prescribedOf = (db: Db, visitId: string): Promise<PrescribedRow[]> =>
  reading(
    db('prescription_lines')
      .comment('consultations.prescribed')
      .where({ visit_id: visitId })
      .whereNot('status', 'cancelled')
      .orderBy(['position', 'id'])
      .select('id', 'medication_id', 'description', 'quantity', 'status') as PromiseLike<PrescribedRow[]>,
  )

/**
 * One consultation, as much of it as a reader may see: all, or what was ordered. Throws `not-found`, for ids of
 * another shape too.
 */
export async function getConsultation(
  deps: Pick<Deps, 'db'>,
  id: string,
  variant: 'full' | 'prescription',
): Promise<Consultation | ConsultationPrescription> {
  const row = isRowId(id) ? await findConsultation(deps.db, { id }) : undefined
  if (row === undefined) throw new AppError('not-found')
  if (variant === 'full') return viewConsultation(row)
  const lines = await prescribedOf(deps.db, row.visit_id)
  const prescription = lines.map(({ medication_id, ...line }) => ({ ...line, medicationId: medication_id }))
  return { ...viewOutline(row), prescription }
}

interface VersionRow {
  version: number
  kind: VersionList['data'][number]['kind']
  doctor_id: string
  doctor_name: string
  user_name: string
  reason: string | null
  at: string
  content: string
}

/** Every state of a consultation that was signed, amended or handed over, the oldest first. Throws `not-found`. */
export async function getVersions(
  deps: Pick<Deps, 'db'>,
  id: string,
): Promise<{ patientId: string; list: VersionList }> {
  const row = isRowId(id) ? await findConsultation(deps.db, { id }) : undefined
  if (row === undefined) throw new AppError('not-found')
  const rows = (await reading(
    deps
      .db('consultation_versions as k')
      .comment('consultations.versions')
      .join('doctors as o', 'o.id', 'k.doctor_id')
      .join('users as u', 'u.id', 'k.user_id')
      .where('k.consultation_id', id)
      .orderBy('k.version')
      .select('k.version', 'k.kind', 'k.doctor_id', 'k.reason', 'k.at', 'k.content')
      .select('o.name as doctor_name', 'u.name as user_name'),
  )) as VersionRow[]
  const data = rows.map(({ doctor_id, doctor_name, user_name, at, content, ...rest }) => ({
    ...rest,
    doctor: { id: doctor_id, name: doctor_name },
    by: user_name,
    at: fromSqlUtc(at) ?? '',
    content: JSON.parse(content),
  }))
  return { patientId: row.patient_id, list: { data } }
}
