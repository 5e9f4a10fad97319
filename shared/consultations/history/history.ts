import { rmOf } from '../../billing/rules.ts'
import type { Db, Knex } from '../../db/connect.ts'
import { reading } from '../../db/transaction.ts'
import type { Deps } from '../../deps.ts'
import { AppError } from '../../errors/app-error.ts'
import { refuseMerged } from '../../patients/reads.ts'
import { isRowId } from '../../units/ids.ts'
import { fromCursor, type ListPlace, toCursor } from '../cursor.ts'
import type { ConsultationStatus } from '../rules.ts'
import { importedConditions, withImported } from './imported.ts'
import type { HistoryQuery, PatientHistory } from './schema.ts'

type Entry = PatientHistory['data'][number]

/** Which parts of a history a reader may see; `payments` of one doctor only where it names him. */
export interface HistoryRights {
  notes: boolean
  prescriptions: boolean
  certificates: boolean
  payments: 'all' | 'none' | { doctorId: string }
}

interface VisitRow {
  id: string
  day: string
  doctor_id: string | null
  doctor_name: string | null
  ticket_id: string | null
  ticket_number: string | null
  ticket_status: string | null
  consultation_id: string | null
  consultation_status: ConsultationStatus | null
  assessment: string | null
  plan: string | null
  imported_id: string | null
}

/** A patient's visits with their doctors, tickets and consultations, the newest first. */
function findVisits(
  db: Db,
  patientId: string,
  after: ListPlace | undefined,
  limit: number,
): Promise<VisitRow[]> {
  const query = db('visits as v')
    .comment('history.visits')
    .leftJoin('doctors as o', 'o.id', 'v.doctor_id')
    .leftJoin('tickets as t', 't.visit_id', 'v.id')
    .leftJoin('consultations as c', 'c.visit_id', 'v.id')
    .where('v.patient_id', patientId)
  // written out, because a comparison of pairs does not narrow the range that is read
  if (after !== undefined)
    query
      .where('v.visited_on', '<=', after.day)
      .where((place) =>
        place
          .where('v.visited_on', '<', after.day)
          .orWhere((same) => same.where('v.visited_on', after.day).where('v.id', '<', after.id)),
      )
  return reading(
    query
      .orderBy([
        { column: 'v.visited_on', order: 'desc' },
        { column: 'v.id', order: 'desc' },
      ])
      .limit(limit)
      .select({
        id: 'v.id',
        day: 'v.visited_on',
        doctor_id: 'v.doctor_id',
        doctor_name: 'o.name',
        ticket_id: 't.id',
        ticket_number: 't.number',
        ticket_status: 't.status',
        consultation_id: 'c.id',
        consultation_status: 'c.status',
        assessment: 'c.assessment',
        plan: 'c.plan',
        imported_id: 'v.imported_id',
      }) as PromiseLike<VisitRow[]>,
  )
}

/** Rows that belong to visits, by visit, in the order in which they came. */
async function byVisit<Row extends { visit_id: string }, Shown>(
  query: Knex.QueryBuilder,
  show: (row: Row) => Shown,
): Promise<Map<string, Shown[]>> {
  const rows = (await reading(query)) as Row[]
  const found = new Map<string, Shown[]>()
  for (const row of rows) found.set(row.visit_id, [...(found.get(row.visit_id) ?? []), show(row)])
  return found
}

type Part<Name extends keyof Entry> = Promise<Map<string, NonNullable<Entry[Name]>>>

const diagnosesOf = (db: Db, ids: readonly string[]): Part<'diagnoses'> =>
  byVisit(
    db('diagnoses as d')
      .comment('history.diagnoses')
      .leftJoin('icd10_codes as i', 'i.code', 'd.code')
      .whereIn('d.visit_id', ids)
      .orderBy(['d.visit_id', 'd.position'])
      .select('d.visit_id', 'd.code', 'i.title', 'd.text', 'd.is_primary'),
    (row: {
      visit_id: string
      code: string | null
      title: string | null
      text: string | null
      is_primary: number
    }) => ({ code: row.code, title: row.title, text: row.text, primary: row.is_primary === 1 }),
  )

const prescriptionsOf = (db: Db, ids: readonly string[]): Part<'prescriptions'> =>
  byVisit(
    db('prescription_lines')
      .comment('history.prescriptions')
      .whereIn('visit_id', ids)
      .whereNot('status', 'cancelled')
      .orderBy(['visit_id', 'position', 'id'])
      .select('visit_id', 'id', 'medication_id', 'description', 'quantity', 'status'),
    (row: {
      visit_id: string
      id: string
      medication_id: string
      description: string
      quantity: number
      status: string
    }) => ({
      id: row.id,
      medicationId: row.medication_id,
      description: row.description,
      quantity: row.quantity,
      status: row.status,
    }),
  )

const certificatesOf = (db: Db, ids: readonly string[]): Part<'certificates'> =>
  byVisit(
    db('medical_certificates')
      .comment('history.certificates')
      .whereIn('visit_id', ids)
      .orderBy(['visit_id', 'id'])
      .select('visit_id', 'id', 'number', 'from_on', 'to_on', 'status'),
    (row: {
      visit_id: string
      id: string
      number: string
      from_on: string
      to_on: string
      status: string
    }) => ({ id: row.id, number: row.number, fromOn: row.from_on, toOn: row.to_on, status: row.status }),
  )

function paymentsOf(
  db: Db,
  ids: readonly string[],
  whose: Exclude<HistoryRights['payments'], 'none'>,
): Part<'payments'> {
  const query = db('payments')
    .comment('history.payments')
    .whereIn('visit_id', ids)
    .orderBy(['visit_id', 'id'])
    .select('visit_id', 'id', 'number', 'kind', 'status', 'amount_sen', 'paid_on')
  if (whose !== 'all') query.where('doctor_id', whose.doctorId)
  return byVisit(
    query,
    (row: {
      visit_id: string
      id: string
      number: string
      kind: string
      status: string
      amount_sen: number
      paid_on: string
    }) => ({
      id: row.id,
      number: row.number,
      kind: row.kind,
      status: row.status,
      amount: rmOf(row.amount_sen),
      paidOn: row.paid_on,
    }),
  )
}

function viewVisit(row: VisitRow, { notes }: HistoryRights): Entry {
  const { consultation_id, consultation_status, ticket_id } = row
  return {
    visitId: row.id,
    day: row.day,
    doctor: row.doctor_id === null ? null : { id: row.doctor_id, name: row.doctor_name ?? '' },
    ticket:
      ticket_id === null
        ? null
        : { id: ticket_id, number: row.ticket_number ?? '', status: row.ticket_status ?? '' },
    consultation:
      consultation_id === null || consultation_status === null
        ? null
        : {
            id: consultation_id,
            status: consultation_status,
            ...(notes ? { assessment: row.assessment ?? '', plan: row.plan ?? '' } : {}),
          },
  }
}

/**
 * A page of a patient's visits, the newest first, each with what became of it, as much as the reader may see. At most
 * ten statements however many visits there are; straight from the database. Throws `not-found`, and
 * `state/merged` naming whose record it is part of now.
 */
export async function getPatientHistory(
  { db }: Pick<Deps, 'db'>,
  patientId: string,
  { limit, cursor }: HistoryQuery,
  rights: HistoryRights,
): Promise<PatientHistory> {
  if (!isRowId(patientId)) throw new AppError('not-found')
  const after = cursor === undefined ? undefined : fromCursor(cursor)
  const [patient, visits] = await Promise.all([
    reading(
      db('patients').comment('history.patient').where({ id: patientId }).whereNull('deleted_at').first('id'),
    ),
    findVisits(db, patientId, after, limit + 1),
  ])
  if (patient === undefined) {
    await refuseMerged(db, patientId)
    throw new AppError('not-found')
  }
  const shown = visits.slice(0, limit)
  const last = visits.length > limit ? shown.at(-1) : undefined
  const ids = shown.map(({ id }) => id)
  const parts = {
    diagnoses: rights.notes ? diagnosesOf(db, ids) : null,
    prescriptions: rights.prescriptions ? prescriptionsOf(db, ids) : null,
    certificates: rights.certificates ? certificatesOf(db, ids) : null,
    payments: rights.payments === 'none' ? null : paymentsOf(db, ids, rights.payments),
  }
  const names = Object.keys(parts) as (keyof typeof parts)[]
  const found = await Promise.all(names.map((name) => parts[name]))
  const entries = shown.map((row) => {
    const seen = names.flatMap((name, n) => {
      const part = found[n]
      return part == null ? [] : [[name, part.get(row.id) ?? []] as const]
    })
    const entry: Entry = { ...viewVisit(row, rights), ...Object.fromEntries(seen) }
    return { entry, importedId: row.imported_id }
  })
  const data = await withImported(db, entries, rights)
  const conditions = rights.notes && cursor === undefined ? await importedConditions(db, patientId) : []
  return {
    data,
    ...(conditions.length === 0 ? {} : { conditions }),
    meta: { limit, next: last === undefined ? null : toCursor(last) },
  }
}
