import type { AuditEntry } from '../audit/entry.ts'
import { writeAudit } from '../audit/write.ts'
import { type WriteDeps, writing } from '../cache/writing.ts'
import type { Knex } from '../db/connect.ts'
import { inOneTrip, type Step } from '../db/one-trip.ts'
import { doctorOfUser } from '../doctors/reads.ts'
import { AppError } from '../errors/app-error.ts'
import { type MedicationRow, medicationRows } from '../medications/reads.ts'
import { toSqlUtc } from '../units/clock.ts'
import { judgeOrder } from './order.ts'
import { consultationOf, PRESCRIPTIONS } from './reads.ts'
import {
  type ConsultationRef,
  type LineRow,
  listLines,
  listRunning,
  lockHead,
  type OrderColumns,
  raiseHead,
} from './repository.ts'
import type { LineInput, Prescription, PrescriptionInput } from './schema.ts'
import { viewPrescription } from './view.ts'
import { allergyWarnings, type Drug, duplicateWarnings, type Warning } from './warnings.ts'

export { raiseHead } from './repository.ts'

type Who = Omit<AuditEntry, 'action' | 'outcome'>

/** States of a ticket in which a prescription that was signed may still be changed. */
const CHANGEABLE = ['in_consultation', 'dispensing']

/** A line as it will be, with what it stands on. */
interface Judged {
  input: LineInput
  order: OrderColumns
  warnings: Warning[]
}

const drugOf = (row: Pick<MedicationRow, 'generic_name' | 'brand_name' | 'atc_code'>): Drug => ({
  genericName: row.generic_name,
  brandName: row.brand_name,
  atcCode: row.atc_code,
})

/** Every line judged, with the warnings of patient, other lines and courses that are not over. */
async function judge(
  trx: Knex.Transaction,
  ref: ConsultationRef,
  lines: readonly LineInput[],
  at: string,
): Promise<Judged[]> {
  const medications = await medicationRows(
    trx,
    lines.map(({ medicationId }) => medicationId),
  )
  const running = (await listRunning(trx, ref.patient_id, ref.visit_id, at)).map(drugOf)
  const orders = lines.map((input, n) =>
    judgeOrder(medications.get(input.medicationId), input, `lines.${n}.`),
  )
  const drugs = lines.map(({ medicationId }) => drugOf(medications.get(medicationId) as MedicationRow))
  return lines.map((input, n) => {
    const drug = drugs[n] as Drug
    const others = [...drugs.slice(0, n), ...running]
    const warnings = [...allergyWarnings(ref.allergies, drug), ...duplicateWarnings(drug, others)]
    return { input, order: orders[n] as OrderColumns, warnings }
  })
}

/** A line that a warning speaks against needs a reason. */
function assertOverridden(judged: readonly Judged[]): void {
  const open = judged.flatMap(({ input, order, warnings }, line) =>
    warnings.length === 0 || (input.overrideReason ?? null) !== null
      ? []
      : [{ line, medicationId: order.medication_id, description: order.description, warnings }],
  )
  if (open.length === 0) return
  throw new AppError('rule/broken', {
    detail: 'There are warnings; give a reason for each line that is ordered in spite of them.',
    errors: open.flatMap(({ line, warnings }) =>
      warnings.map(({ kind }) => ({
        path: `lines.${line}.overrideReason`,
        message: 'A warning speaks against this line',
        code: kind,
      })),
    ),
    extra: { warnings: open },
  })
}

const COMPARED = [
  'medication_id',
  'dose_unit',
  'route',
  'frequency',
  'timing',
  'as_needed',
  'duration_days',
  'quantity',
  'note',
] as const satisfies readonly (keyof OrderColumns)[]

/** Whether an order says the same as the line that is there: then the line keeps its price and its version. */
const isSame = (row: LineRow, { order, input }: Judged): boolean =>
  COMPARED.every((column) => row[column] === order[column]) &&
  Number(row.dose) === Number(order.dose) &&
  Number(row.max_per_day ?? 0) === Number(order.max_per_day ?? 0) &&
  (row.override_reason ?? null) === (input.overrideReason ?? row.override_reason ?? null)

/** What of the lines has to be written. */
interface Diff {
  added: { judged: Judged; position: number }[]
  changed: { row: LineRow; judged: Judged; position: number }[]
  cancelled: LineRow[]
}

function diffOf(rows: readonly LineRow[], judged: readonly Judged[], refuse: () => never): Diff {
  const byId = new Map(rows.map((row) => [row.id, row]))
  const diff: Diff = { added: [], changed: [], cancelled: [] }
  judged.forEach((each, n) => {
    const { id } = each.input
    const row = id === undefined ? undefined : byId.get(id)
    if (id === undefined) diff.added.push({ judged: each, position: n })
    else if (row === undefined)
      throw new AppError('rule/broken', {
        errors: [{ path: `lines.${n}.id`, message: 'This prescription has no such line' }],
      })
    else if (!isSame(row, each)) {
      if (row.status !== 'ordered') refuse()
      diff.changed.push({ row, judged: each, position: n })
    }
    if (row !== undefined) byId.delete(row.id)
  })
  for (const row of byId.values()) {
    // what was brought back stays on record; what was prepared has to come back first
    if (row.status === 'prepared' || row.status === 'handed_over') refuse()
    if (row.status === 'ordered') diff.cancelled.push(row)
  }
  return diff
}

const stored = ({ order, warnings, input }: Judged, position: number) => ({
  ...order,
  position,
  warnings: JSON.stringify(warnings),
  override_reason: warnings.length === 0 ? null : (input.overrideReason ?? null),
})

/** Writes all of it in one round trip, however many lines there are. */
async function writeDiff(
  trx: Knex.Transaction,
  ref: ConsultationRef,
  { added, changed, cancelled }: Diff,
  userId: string | null,
  at: string,
): Promise<void> {
  const steps: Step[] = []
  const order = { visit_id: ref.visit_id, patient_id: ref.patient_id, consultation_id: ref.id }
  const by = { ...order, ordered_by: userId, ordered_at: at }
  const rows = added.map(({ judged, position }) => ({ ...stored(judged, position), ...by }))
  const version = trx.raw('version + 1')
  if (rows.length > 0) steps.push(trx('prescription_lines').insert(rows))
  for (const { row, judged, position } of changed)
    steps.push(
      trx('prescription_lines')
        .where({ id: row.id })
        .update({ ...stored(judged, position), version }),
    )
  const ids = cancelled.map(({ id }) => id)
  const out = { status: 'cancelled', cancelled_by: userId, cancelled_at: at, version }
  if (ids.length > 0) steps.push(trx('prescription_lines').whereIn('id', ids).update(out))
  if (steps.length > 0) await inOneTrip(trx, 'prescriptions.write', [], [...steps, 'select 1 as done'])
}

async function assertMayWrite(deps: WriteDeps, ref: ConsultationRef, who: Who): Promise<void> {
  const doctor = await doctorOfUser(deps, who.userId ?? '')
  if (doctor === null || doctor.id !== ref.doctor_id) throw new AppError('auth/forbidden')
}

/**
 * Puts a whole prescription in place of the one that was seen, by the doctor of the consultation. Lines that say the
 * same keep price and version; what was left out is cancelled. Throws `state/version` and `state/conflict` with the
 * present prescription, `rule/broken` naming fields or listing warnings that need a reason.
 */
export async function writePrescription(
  deps: WriteDeps,
  id: string,
  seenVersion: number,
  { lines }: Pick<PrescriptionInput, 'lines'>,
  who: Who,
): Promise<Prescription> {
  const seen = await consultationOf(deps.db, id)
  await assertMayWrite(deps, seen, who)
  const now = deps.clock.now()
  const at = toSqlUtc(now)
  return writing(deps, PRESCRIPTIONS, async (trx) => {
    const version = await lockHead(trx, seen, at)
    const ref = await consultationOf(trx, id)
    const rows = await listLines(trx, ref.visit_id)
    const refuse = (code: 'state/version' | 'state/conflict', detail?: string): never => {
      const extra = { current: viewPrescription(ref, rows, version) }
      throw new AppError(code, detail === undefined ? { extra } : { detail, extra })
    }
    if (version !== seenVersion) refuse('state/version')
    if (ref.status !== 'draft' && !CHANGEABLE.includes(ref.ticket_status ?? ''))
      refuse('state/conflict', 'The patient has left the dispensary; order it on a new visit.')
    const judged = await judge(trx, ref, lines, at)
    const diff = diffOf(rows, judged, () =>
      refuse('state/conflict', 'A line was prepared already; it has to be put back first.'),
    )
    assertOverridden(judged)
    await writeDiff(trx, ref, diff, who.userId ?? null, at)
    await raiseHead(trx, [ref.visit_id], who.userId ?? null, at)
    const detail = {
      version: version + 1,
      added: diff.added.length,
      changed: diff.changed.map(({ row }) => row.id),
      cancelled: diff.cancelled.map((row) => row.id),
    }
    await writeAudit(
      trx,
      {
        ...who,
        action: 'prescriptions.write',
        entity: 'consultation',
        entityId: id,
        patientId: ref.patient_id,
        outcome: 'ok',
        detail,
      },
      now,
    )
    return { result: viewPrescription(ref, await listLines(trx, ref.visit_id), version + 1) }
  })
}
