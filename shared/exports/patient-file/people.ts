import type { Db } from '../../db/connect.ts'
import { reading } from '../../db/transaction.ts'
import { AppError } from '../../errors/app-error.ts'
import { clinicNumber, refuseMerged } from '../../patients/reads.ts'
import { fromSqlUtc } from '../../units/clock.ts'
import type { Access, Appointment, Condition, Merge, Person } from './record.ts'
import type { FileRights } from './rights.ts'

interface PersonRow {
  id: string
  external_id: string | null
  name: string
  id_type: string | null
  id_number: string | null
  date_of_birth: string | null
  gender: string | null
  phone: string | null
  email: string | null
  address: string | null
  postcode: string | null
  state: string | null
  company: string | null
  next_of_kin: string | null
  consent_on: string | null
  registered_on: string | null
  allergies: string | null
  chronic_conditions: string | null
  medical_history: string | null
  remarks: string | null
}

/** The patient himself; throws `not-found`, and `state/merged` naming whose record it is part of now. */
export async function readPerson(db: Db, id: string, { health }: FileRights): Promise<Person> {
  const row = (await reading(
    db('patients').comment('exports.file-person').where({ id }).whereNull('deleted_at').first(),
  )) as PersonRow | undefined
  if (row === undefined) {
    await refuseMerged(db, id)
    throw new AppError('not-found')
  }
  return {
    id: row.id,
    clinicNumber: clinicNumber(row.id),
    externalId: row.external_id,
    name: row.name,
    idType: row.id_type,
    idNumber: row.id_number,
    dateOfBirth: row.date_of_birth,
    gender: row.gender,
    phone: row.phone,
    email: row.email,
    address: row.address,
    postcode: row.postcode,
    state: row.state,
    company: row.company,
    nextOfKin: row.next_of_kin,
    consentOn: row.consent_on,
    registeredOn: row.registered_on,
    ...(health
      ? {
          allergies: row.allergies,
          chronicConditions: row.chronic_conditions,
          medicalHistory: row.medical_history,
          remarks: row.remarks,
        }
      : {}),
  }
}

/** Conditions that another system kept apart from visits, the earliest first. */
export async function readConditions(db: Db, patientId: string): Promise<Condition[]> {
  const rows = (await reading(
    db('imported_conditions as c')
      .comment('exports.file-conditions')
      .leftJoin('icd10_codes as i', 'i.code', 'c.code')
      .where('c.patient_id', patientId)
      .orderBy(['c.recorded_on', 'c.id'])
      .select('c.recorded_on', 'c.code', 'i.title', 'c.text', 'c.status'),
  )) as (Omit<Condition, 'recordedOn'> & { recorded_on: string })[]
  return rows.map(({ recorded_on, ...row }) => ({ recordedOn: recorded_on, ...row }))
}

interface AppointmentRow {
  start_at: string
  minutes: number
  doctor: string
  reason: string | null
  status: string
}

export async function readAppointments(db: Db, patientId: string): Promise<Appointment[]> {
  const rows = (await reading(
    db('appointments as a')
      .comment('exports.file-appointments')
      .join('doctors as d', 'd.id', 'a.doctor_id')
      .where('a.patient_id', patientId)
      .orderBy(['a.start_at', 'a.id'])
      .select('a.start_at', 'a.minutes', 'a.reason', 'a.status', { doctor: 'd.name' }),
  )) as AppointmentRow[]
  return rows.map(({ start_at, ...row }) => ({ startAt: fromSqlUtc(start_at) ?? '', ...row }))
}

interface MergeRow {
  merged_id: string
  live: number | null
  merged_at: string
  undone_at: string | null
}

/** Merges into this record, and the ids of all records that are part of it now, over any number of merges. */
export async function readMerges(db: Db, patientId: string): Promise<{ merges: Merge[]; ids: string[] }> {
  const ids = [patientId]
  const merges: Merge[] = []
  for (let at = 0; at < ids.length; at++) {
    const rows = (await reading(
      db('patient_merges')
        .comment('exports.file-merges')
        .where({ survivor_id: ids[at] })
        .orderBy('id')
        .select('merged_id', 'live', 'merged_at', 'undone_at'),
    )) as MergeRow[]
    for (const row of rows) {
      merges.push({
        clinicNumber: clinicNumber(row.merged_id),
        mergedAt: fromSqlUtc(row.merged_at) ?? '',
        undoneAt: fromSqlUtc(row.undone_at),
      })
      if (row.live === 1 && !ids.includes(row.merged_id)) ids.push(row.merged_id)
    }
  }
  return { merges, ids }
}

interface AccessRow {
  day: string
  by: string | null
  role: string | null
  action: string
  times: string | number
}

/** Who looked at or changed the records, by clinic day; names and roles, no addresses. */
export async function readAccess(db: Db, patientIds: readonly string[]): Promise<Access[]> {
  const [rows] = (await reading(
    db.raw(
      `/* exports.file-access */ select date(f.at + interval 8 hour) as day, ifnull(u.name, '-') as \`by\`, f.role,
          f.action, count(*) as times
        from (
          select e.id, e.at, e.user_id, e.role, e.action from audit_entries e force index (audit_entries_patient)
            where e.patient_id in (?) and e.outcome = 'ok'
          union
          select e.id, e.at, e.user_id, e.role, e.action from audit_shown s force index (audit_shown_patient)
            straight_join audit_entries e on e.id = s.audit_id
            where s.patient_id in (?) and e.outcome = 'ok'
        ) f left join users u on u.id = f.user_id
        group by day, f.user_id, u.name, f.role, f.action order by day, \`by\`, f.action`,
      [patientIds as string[], patientIds as string[]],
    ),
  )) as [AccessRow[]]
  return rows.map((row) => ({ ...row, by: row.by ?? '-', times: Number(row.times) }))
}
