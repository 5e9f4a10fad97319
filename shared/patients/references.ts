import type { Db } from '../db/connect.ts'
import { reading } from '../db/transaction.ts'

/** A column by which a table refers to patients. */
export interface Reference {
  table: string
  column: string
  /** The other columns of the primary key: what tells a row when its patient changes. */
  key: string[]
  /** Whether the primary key says nothing of the patient, so that later rows have higher ones. */
  isRising: boolean
  /** Whether another row may stand in the way of a change of patient (one row for each patient and …). */
  isUnique: boolean
}

/** Merges, and decisions over two records that look alike, keep whom they were about, whatever is merged later. */
const NOT_MOVED = ['patient_merges', 'patient_distinctions', 'import_duplicates']

interface FoundRow {
  name: string
  col: string
  keys: string | null
  uniques: string | number
  owned: string | number
}

/**
 * Everything that refers to patients, asked of the schema: each foreign key to `patients`. So a new table needs no
 * entry anywhere, and a table that forgets its foreign key is found by a test.
 */
export async function patientReferences(db: Db): Promise<Reference[]> {
  const [rows] = (await reading(
    db.raw(
      `select /* patients.references */ f.table_name as name, f.column_name as col,
          (select group_concat(p.column_name order by p.ordinal_position) from information_schema.key_column_usage p
            where p.table_schema = f.table_schema and p.table_name = f.table_name
              and p.constraint_name = 'PRIMARY' and p.column_name <> f.column_name) as \`keys\`,
          (select count(*) from information_schema.statistics s
            where s.table_schema = f.table_schema and s.table_name = f.table_name
              and s.column_name = f.column_name and s.non_unique = 0) as uniques,
          (select count(*) from information_schema.statistics s
            where s.table_schema = f.table_schema and s.table_name = f.table_name
              and s.column_name = f.column_name and s.index_name = 'PRIMARY') as owned
        from information_schema.key_column_usage f
        where f.table_schema = database() and f.referenced_table_name = 'patients'
          and f.referenced_column_name = 'id' and f.table_name not in (?)
        order by f.table_name, f.column_name`,
      [NOT_MOVED],
    ) as unknown as PromiseLike<[FoundRow[]]>,
  )) as [FoundRow[]]
  return rows.map(({ name, col, keys, uniques, owned }) => ({
    table: name,
    column: col,
    key: keys === null ? [] : keys.split(','),
    isUnique: Number(uniques) > 0,
    isRising: Number(owned) === 0 && keys !== null && !keys.includes(','),
  }))
}
