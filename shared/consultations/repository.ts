import type { Db, Knex } from '../db/connect.ts'
import { reading } from '../db/transaction.ts'
import { OPEN_LINES } from '../prescriptions/rules.ts'
import type { ListPlace } from './cursor.ts'
import type { ConsultationRow, ContentColumns, OutlineRow } from './model.ts'
import type { ConsultationStatus } from './rules.ts'
import type { Diagnosis } from './schema.ts'

const OWN_COLUMNS = [
  'c.id',
  'c.visit_id',
  'c.patient_id',
  'c.doctor_id',
  'c.day',
  'c.status',
  'c.version',
  'c.created_at',
  'c.signed_at',
  'c.amended_at',
]
const CONTENT_COLUMNS = [
  'c.vitals',
  'c.subjective',
  'c.objective',
  'c.assessment',
  'c.plan',
  'c.follow_up_on',
  'c.follow_up_note',
  'c.fee_sen',
  'c.procedures',
]

/** The ticket of a visit: its own, or that of the group it came with. */
const TICKET_ID = `coalesce(
  (select t.id from tickets t where t.visit_id = c.visit_id),
  (select t.id from visits v join visits g on g.group_uid = v.group_uid join tickets t on t.visit_id = g.id
    where v.id = c.visit_id limit 1)) as ticket_id`

const DIAGNOSES = `(select json_arrayagg(json_object('code', d.code, 'title', i.title, 'text', d.text,
  'primary', d.is_primary) order by d.position) from diagnoses d left join icd10_codes i on i.code = d.code
  where d.visit_id = c.visit_id) as diagnoses`

type StoredDiagnoses = { diagnoses: string | (Omit<Diagnosis, 'primary'> & { primary: number })[] | null }

/** Diagnoses as the server put them together. */
export function readDiagnoses({ diagnoses }: StoredDiagnoses): Diagnosis[] {
  const list = typeof diagnoses === 'string' ? (JSON.parse(diagnoses) as never[]) : (diagnoses ?? [])
  return list.map((each: Omit<Diagnosis, 'primary'> & { primary: number }) => ({
    ...each,
    primary: each.primary === 1,
  }))
}

const consultations = (db: Db, name: string): Knex.QueryBuilder =>
  db('consultations as c')
    .comment(`consultations.${name}`)
    .join('patients as p', 'p.id', 'c.patient_id')
    .join('doctors as o', 'o.id', 'c.doctor_id')
    .select(OWN_COLUMNS)
    .select('p.name as patient_name', 'o.name as doctor_name', db.raw(TICKET_ID))

/** One consultation with all that was written, in one statement. */
export async function findConsultation(
  db: Db,
  where: { id: string } | { visit_id: string },
): Promise<ConsultationRow | undefined> {
  const [[column, value]] = Object.entries(where) as [[string, string]]
  const row = (await reading(
    consultations(db, 'find')
      .select(CONTENT_COLUMNS)
      .select(db.raw(DIAGNOSES))
      .where(`c.${column}`, value)
      .first(),
  )) as (Omit<ConsultationRow, 'diagnoses'> & StoredDiagnoses) | undefined
  return row === undefined ? undefined : { ...row, diagnoses: readDiagnoses(row) }
}

export interface ListFilter {
  day?: string | undefined
  status?: ConsultationStatus | undefined
  doctorId?: string | undefined
}

function narrow(query: Knex.QueryBuilder, { day, status, doctorId }: ListFilter): Knex.QueryBuilder {
  if (day !== undefined) query.where('c.day', day)
  if (status !== undefined) query.where('c.status', status)
  if (doctorId !== undefined) query.where('c.doctor_id', doctorId)
  return query
}

/** Consultations without what was written (`withDiagnoses`: but for those), the newest first. */
export async function listConsultations(
  db: Db,
  filter: ListFilter,
  from: { after: ListPlace } | { skip: number },
  limit: number,
  withDiagnoses: boolean,
): Promise<(OutlineRow & { diagnoses?: Diagnosis[] })[]> {
  const query = narrow(consultations(db, 'list'), filter)
  if (withDiagnoses) query.select(db.raw(DIAGNOSES))
  if ('after' in from) query.whereRaw('(c.day, c.id) < (?, ?)', [from.after.day, from.after.id])
  else if (from.skip > 0) query.offset(from.skip)
  const rows = (await reading(
    query
      .orderBy([
        { column: 'c.day', order: 'desc' },
        { column: 'c.id', order: 'desc' },
      ])
      .limit(limit),
  )) as (OutlineRow & StoredDiagnoses)[]
  return withDiagnoses
    ? rows.map((row) => ({ ...row, diagnoses: readDiagnoses(row) }))
    : (rows as OutlineRow[])
}

/** How many consultations a filter finds, counted no further than `most`. */
export async function countConsultations(db: Db, filter: ListFilter, most: number): Promise<number> {
  const some = narrow(db('consultations as c').select(db.raw('1 as one')), filter).limit(most)
  const row = await reading(db.from(some.as('some')).comment('consultations.count').count({ n: '*' }).first())
  return Number((row as { n: number } | undefined)?.n ?? 0)
}

/** A visit with its ticket and its consultation, where there are such: what opening one depends on. */
export interface OpeningRow {
  visit_id: string
  patient_id: string
  day: string
  ticket_id: string | null
  ticket_status: string | null
  ticket_version: number | null
  ticket_doctor_id: string | null
  consultation_id: string | null
}

/** The visit of a ticket, or one by itself, as it is now. */
export function findOpening(
  db: Db,
  { ticketId, visitId }: { ticketId?: string | undefined; visitId?: string | undefined },
): Promise<OpeningRow | undefined> {
  const query = db('visits as v').comment('consultations.opening')
  if (ticketId === undefined)
    // who came with others has the ticket of the group, which names another's visit
    query
      .leftJoin('visits as h', (on) =>
        on
          .on('h.group_uid', 'v.group_uid')
          .andOn(db.raw('exists (select 1 from tickets x where x.visit_id = h.id)')),
      )
      .leftJoin('tickets as t', (on) => on.on('t.visit_id', db.raw('ifnull(h.id, v.id)')))
      .where('v.id', visitId)
  else query.join('tickets as t', 't.visit_id', 'v.id').where('t.id', ticketId)
  return reading(
    query.leftJoin('consultations as c', 'c.visit_id', 'v.id').first({
      visit_id: 'v.id',
      patient_id: 'v.patient_id',
      day: 'v.visited_on',
      ticket_id: 't.id',
      ticket_status: 't.status',
      ticket_version: 't.version',
      ticket_doctor_id: 't.doctor_id',
      consultation_id: 'c.id',
    }) as PromiseLike<OpeningRow | undefined>,
  )
}

/** Adds a consultation in which nothing is written yet; answers its id. */
export async function insertConsultation(
  trx: Knex.Transaction,
  row: ContentColumns & Pick<OutlineRow, 'visit_id' | 'patient_id' | 'doctor_id' | 'day' | 'status'>,
  at: string,
): Promise<string> {
  const [id] = await trx('consultations')
    .comment('consultations.insert')
    .insert({ ...row, created_at: at, updated_at: at })
  return String(id)
}

/** What of a visit decides where the patient goes: lines to dispense, and others of the group not yet through. */
export async function openThings(db: Db, visitId: string): Promise<{ lines: number; others: number }> {
  const row = await reading(
    db('visits as v')
      .comment('consultations.open-things')
      .where('v.id', visitId)
      .first({
        lines: db('prescription_lines')
          .where('visit_id', visitId)
          .whereIn('status', [...OPEN_LINES])
          .count('*'),
        others: db('visits as g')
          .leftJoin('consultations as c', 'c.visit_id', 'g.id')
          .whereRaw('g.group_uid = v.group_uid and g.id <> v.id')
          .whereRaw("ifnull(c.status, 'none') not in ('signed', 'amended')")
          .count('*'),
      }),
  )
  return { lines: Number(row?.lines ?? 0), others: Number(row?.others ?? 0) }
}
