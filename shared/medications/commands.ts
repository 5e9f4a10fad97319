import type { AuditEntry } from '../audit/entry.ts'
import { writeAudit } from '../audit/write.ts'
import { invalidate } from '../cache/invalidate.ts'
import { noteInvalidation } from '../cache/notes.ts'
import { type WriteDeps, writing } from '../cache/writing.ts'
import { isDuplicateKey } from '../db/errors.ts'
import { assertSeen, type Seen } from '../db/seen.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import { readFormulary } from './formulary.ts'
import { MEDICATIONS } from './reads.ts'
import {
  findMedication,
  insertMedication,
  insertNew,
  type MedicationColumns,
  type MedicationRow,
  updateMedication,
} from './repository.ts'
import type { Medication, MedicationChanges, MedicationInput } from './schema.ts'
import { type MedicationVariant, toMedication } from './view.ts'

/** Loads the medicines that ship with the system, each once however often it runs; answers how many were new. */
export async function loadFormulary(deps: Deps): Promise<{ inserted: number; total: number }> {
  const medications = await readFormulary()
  const { inserted, note } = await inTransaction(deps.db, async (trx) => ({
    inserted: await insertNew(trx, medications),
    note: await noteInvalidation(trx, { domain: MEDICATIONS }),
  }))
  await invalidate(deps, { domain: MEDICATIONS, note })
  return { inserted, total: medications.length }
}

type Who = Omit<AuditEntry, 'action' | 'outcome'>

const about = (who: Who, id: string, action: string, detail?: Record<string, unknown>): AuditEntry => ({
  ...who,
  action,
  entity: 'medication',
  entityId: id,
  outcome: 'ok',
  ...(detail === undefined ? {} : { detail }),
})

/** The columns of the given fields; what is not given is left out. */
function columnsOf(given: MedicationChanges): Partial<MedicationColumns> {
  const flag = (value: boolean | undefined) => (value === undefined ? undefined : Number(value))
  const all = {
    sku: given.sku,
    generic_name: given.genericName,
    brand_name: given.brandName,
    form: given.form,
    strength: given.strength,
    unit: given.unit,
    category: given.category,
    atc_code: given.atcCode,
    poison_group: given.poisonGroup,
    psychotropic: flag(given.psychotropic),
    cost_price: given.costPrice,
    selling_price: given.sellingPrice,
    reorder_level: given.reorderLevel,
    active: flag(given.active),
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

/** Turns what the key of the codes refused into an answer that names the field. */
function named(error: unknown): never {
  if (!isDuplicateKey(error)) throw error
  throw new AppError('state/duplicate', {
    detail: 'Another medicine has this code.',
    extra: { field: 'sku' },
    cause: error,
  })
}

const EMPTY = {
  brand_name: null,
  form: null,
  strength: null,
  category: null,
  atc_code: null,
  poison_group: null,
  psychotropic: 0,
  cost_price: null,
  reorder_level: 0,
  active: 1,
}

/** Adds a medicine to the list. Throws `state/duplicate` when another has its code. */
export async function createMedication(
  deps: WriteDeps,
  input: MedicationInput,
  variant: MedicationVariant,
  who: Who,
): Promise<Medication> {
  const now = deps.clock.now()
  const row = { ...EMPTY, ...columnsOf(input) } as MedicationColumns
  try {
    return await writing(deps, MEDICATIONS, async (trx) => {
      const id = await insertMedication(trx, row)
      await writeAudit(trx, about(who, id, 'medications.create'), now)
      return { result: toMedication({ ...row, id, version: 1 }, variant), ids: [id] }
    })
  } catch (error) {
    return named(error)
  }
}

/** Changes a medicine whose state the writer has seen. Throws `state/version`, `state/duplicate`, `not-found`. */
export async function editMedication(
  deps: WriteDeps,
  id: string,
  seen: Seen,
  changes: MedicationChanges,
  variant: MedicationVariant,
  who: Who,
): Promise<Medication> {
  const now = deps.clock.now()
  const columns = columnsOf(changes)
  const fields = Object.keys(columns)
  try {
    return await writing(deps, MEDICATIONS, async (trx) => {
      const row = await findMedication(trx, id, { lock: true })
      if (row === undefined) throw new AppError('not-found')
      assertSeen(seen, row.version, toMedication(row, variant))
      if (fields.length === 0) return { result: toMedication(row, variant) }
      await updateMedication(trx, id, columns)
      const version = row.version + 1
      await writeAudit(trx, about(who, id, 'medications.update', { fields, version }), now)
      const next: MedicationRow = { ...row, ...columns, version }
      return { result: toMedication(next, variant), ids: [id] }
    })
  } catch (error) {
    return named(error)
  }
}

/**
 * Takes a medicine out of use: nobody finds it to prescribe any more, what refers to it stays, and its stock can still
 * be counted out. Once more changes nothing. Throws `state/version`, `not-found`.
 */
export async function retireMedication(
  deps: WriteDeps,
  id: string,
  seen: Seen | undefined,
  variant: MedicationVariant,
  who: Who,
): Promise<void> {
  const now = deps.clock.now()
  await writing(deps, MEDICATIONS, async (trx) => {
    const row = await findMedication(trx, id, { lock: true })
    if (row === undefined) throw new AppError('not-found')
    if (row.active === 0) return { result: undefined }
    if (seen !== undefined) assertSeen(seen, row.version, toMedication(row, variant))
    await updateMedication(trx, id, { active: 0 })
    await writeAudit(trx, about(who, id, 'medications.retire', { version: row.version + 1 }), now)
    return { result: undefined, ids: [id] }
  })
}
