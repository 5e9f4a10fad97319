import type { Db, Knex } from '../db/connect.ts'
import { reading } from '../db/transaction.ts'
import { clinicNumber } from '../patients/reads.ts'
import { fromSqlUtc } from '../units/clock.ts'
import type { Family, Relation } from './schema.ts'

/** A family as its table has it. */
export interface FamilyRow {
  id: string
  name: string
  version: number
  created_at: string
  updated_at: string
}

interface MemberRow {
  family_id: string
  patient_id: string
  name: string
  relation: Relation
}

const COLUMNS = ['id', 'name', 'version', 'created_at', 'updated_at'] as const

/** One family; with `lock` nobody else changes it until the transaction ends. */
export function findFamily(
  db: Db,
  id: string,
  options: { lock?: boolean } = {},
): Promise<FamilyRow | undefined> {
  const query = db('families').comment('families.find').where({ id }).whereNull('deleted_at')
  return reading(
    (options.lock ? query.forUpdate() : query).first(...COLUMNS) as PromiseLike<FamilyRow | undefined>,
  )
}

/** The families to which a patient belongs. */
export const familiesOf = (db: Db, patientId: string): Promise<FamilyRow[]> =>
  reading(
    db('family_members as m')
      .comment('families.of-patient')
      .join('families as f', 'f.id', 'm.family_id')
      .where('m.patient_id', patientId)
      .whereNull('f.deleted_at')
      .orderBy('f.id')
      .select(...COLUMNS.map((column) => `f.${column}`)) as PromiseLike<FamilyRow[]>,
  )

/** Everybody of some families who is in the file, the first one named first. */
function listMembers(db: Db, familyIds: readonly string[]): Promise<MemberRow[]> {
  return reading(
    db('family_members as m')
      .comment('families.members')
      .join('patients as p', 'p.id', 'm.patient_id')
      .whereIn('m.family_id', [...familyIds])
      .whereNull('p.deleted_at')
      .orderBy('m.id')
      .select('m.family_id', 'm.patient_id', 'm.relation', 'p.name') as PromiseLike<MemberRow[]>,
  )
}

/** Families as the wire has them: one statement for all of their members. */
export async function viewFamilies(db: Db, rows: readonly FamilyRow[]): Promise<Family[]> {
  if (rows.length === 0) return []
  const members = await listMembers(
    db,
    rows.map(({ id }) => id),
  )
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    members: members
      .filter(({ family_id }) => family_id === row.id)
      .map(({ patient_id, name, relation }) => ({
        patientId: patient_id,
        name,
        clinicNumber: clinicNumber(patient_id),
        relation,
      })),
    version: row.version,
    createdAt: fromSqlUtc(row.created_at) ?? '',
    updatedAt: fromSqlUtc(row.updated_at) ?? '',
  }))
}

/** Writes a new family and answers its id. */
export async function insertFamily(
  trx: Knex.Transaction,
  name: string,
  userId: string | null,
  at: string,
): Promise<string> {
  const [id] = await trx('families')
    .comment('families.insert')
    .insert({ name, created_by: userId, created_at: at, updated_at: at })
  return String(id)
}

/** The insert of members, not yet run. */
export const membersInsertion = (
  trx: Knex.Transaction,
  familyId: string,
  members: readonly { patientId: string; relation: Relation }[],
  at: string,
): Knex.QueryBuilder =>
  trx('family_members').insert(
    members.map(({ patientId, relation }) => ({
      family_id: familyId,
      patient_id: patientId,
      relation,
      created_at: at,
    })),
  )

/** Visits whose tickets a family's members were given when it was registered. */
export const firstVisits = (db: Db, familyId: string): Promise<string[]> =>
  reading(
    db('families as f')
      .comment('families.first-visits')
      .join('family_members as m', 'm.family_id', 'f.id')
      .join('tickets as t', 't.patient_id', 'm.patient_id')
      .where('f.id', familyId)
      .whereRaw('t.created_at = f.created_at')
      .orderBy('t.id')
      .pluck('t.visit_id') as PromiseLike<string[]>,
  )
