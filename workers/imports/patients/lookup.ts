import type { Knex } from '../../../shared/db/connect.ts'
import type { PatientValues } from '../../../shared/patients/rules.ts'
import {
  type Candidate,
  externalKey,
  idKey,
  isExternalKey,
  type Stored,
  VALUE_COLUMNS,
  VALUE_FIELDS,
  valueOfKey,
} from './record.ts'

const COLUMNS = ['id', 'version', 'source', 'deleted_at', ...VALUE_COLUMNS] as const
const FIRST_VALUE = 4

/** Stored patients found by the keys of some rows. */
export class StoredPatients {
  readonly #byKey = new Map<string, Stored>()
  readonly #source: string

  constructor(source: string) {
    this.#source = source
  }

  add(stored: Stored): void {
    const { externalId, idType, idNumber } = stored.values
    if (externalId !== null && stored.source === this.#source)
      this.#byKey.set(externalKey(externalId), stored)
    if (idNumber !== null) this.#byKey.set(idKey(idType, idNumber), stored)
  }

  /** `key` as in `externalKey` and `idKey`. */
  byKey(key: string): Stored | undefined {
    return this.#byKey.get(key)
  }
}

function toStored(row: readonly (string | number | null)[]): Stored {
  const values: Record<string, unknown> = {}
  for (let i = 0; i < VALUE_FIELDS.length; i++)
    values[VALUE_FIELDS[i] as string] = row[FIRST_VALUE + i] ?? null
  return {
    id: String(row[0]),
    version: Number(row[1]),
    source: row[2] as string | null,
    deleted: row[3] !== null,
    values: values as unknown as PatientValues,
  }
}

async function fetch(
  db: Knex,
  found: StoredPatients,
  where: string,
  keys: string[],
  bindings: string[],
  lock: boolean,
) {
  if (keys.length === 0) return
  // rows as arrays: at a million rows the driver's objects cost more than the comparison
  const sql = `/* imports.patients.lookup */ select ${COLUMNS.join(',')} from patients where ${where} in (${keys
    .map(() => '?')
    .join(',')}) order by id${lock ? ' for update' : ''}`
  const [rows] = (await db.raw(sql, [...bindings, ...keys]).options({ rowsAsArray: true })) as [
    (string | number | null)[][],
  ]
  for (const row of rows) found.add(toStored(row))
}

/**
 * Finds what is stored under the keys of some rows (and under `moreKeys`): two statements, each by an index. With
 * `lock` the rows stay locked until the transaction ends, in index order, so that two imports of the same people do
 * not deadlock.
 */
export async function lookUp(
  db: Knex,
  source: string,
  candidates: readonly Candidate[],
  lock = false,
  moreKeys: readonly string[] = [],
): Promise<StoredPatients> {
  const found = new StoredPatients(source)
  const externalIds = candidates.flatMap((c) => (c.patient.externalId === null ? [] : [c.patient.externalId]))
  for (const key of moreKeys) if (isExternalKey(key)) externalIds.push(valueOfKey(key))
  await fetch(db, found, 'source = ? and external_id', externalIds, [source], lock)
  // who is found by external ID under the same number needs no second look
  const idNumbers = candidates.flatMap(({ patient }) => {
    if (patient.idNumber === null) return []
    return found.byKey(idKey(patient.idType, patient.idNumber)) === undefined ? [patient.idNumber] : []
  })
  for (const key of moreKeys) if (!isExternalKey(key)) idNumbers.push(valueOfKey(key))
  await fetch(db, found, 'id_number', idNumbers, [], lock)
  return found
}
