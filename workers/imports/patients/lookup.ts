import type { Knex } from '../../../shared/db/connect.ts'
import type { PatientValues } from '../../../shared/patients/rules.ts'
import {
  type Candidate,
  externalKey,
  idKey,
  isExternalKey,
  type Stored,
  VALUE_COLUMNS,
  valueOfKey,
} from './record.ts'

const COLUMNS = ['id', 'version', 'source', 'deleted_at', ...VALUE_COLUMNS] as const

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

/** A row in the order of {@link COLUMNS}. */
type Row = [
  id: string | number,
  version: number,
  source: string | null,
  deletedAt: string | null,
  ...values: (string | null)[],
]

/** Written out field by field: a loop over names makes slow objects of a million rows. */
function toStored([id, version, source, deletedAt, ...v]: Row): Stored {
  const text = (i: number): string | null => v[i] ?? null
  return {
    id: String(id),
    version: Number(version),
    source,
    deleted: deletedAt !== null,
    values: {
      externalId: text(0),
      name: text(1) ?? '',
      idType: text(2) as PatientValues['idType'],
      idNumber: text(3),
      dateOfBirth: text(4),
      gender: text(5) as PatientValues['gender'],
      phone: text(6),
      email: text(7),
      address: text(8),
      postcode: text(9),
      state: text(10),
      company: text(11),
      allergies: text(12),
      registeredOn: text(13),
      remarks: text(14),
    },
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
  // rows as arrays, keys as one binding that the driver spreads: at a million rows objects and placeholders cost more
  // than the comparison
  const sql = `/* imports.patients.lookup */ select ${COLUMNS.join(',')} from patients where ${where} in (?) order by id${lock ? ' for update' : ''}`
  const [rows] = (await db.raw(sql, [...bindings, keys]).options({ rowsAsArray: true })) as [Row[]]
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
