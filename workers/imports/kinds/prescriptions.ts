import { importedLineFigures } from '../../../shared/dashboard/commands.ts'
import { PRESCRIPTION_RULES } from '../../../shared/imports/records/prescriptions.ts'
import { recordProblem } from '../../../shared/imports/records/problems.ts'
import { FigureSums } from '../records/figures.ts'
import type { Candidate, Looking, RecordKind, References, Tally } from '../records/kind.ts'
import { idsBy, NOT_STORED, rehearsedBeside, valuesOf } from '../records/referred.ts'
import { visitsOf } from '../records/referred-visits.ts'
import { Versions } from '../records/unchanged.ts'

const UNKNOWN_VISIT = recordProblem('visit_external_id', 'UNKNOWN_VISIT')
const UNKNOWN_MEDICATION = recordProblem('medication_sku', 'UNKNOWN_MEDICATION')

async function references(context: Looking, candidates: readonly Candidate[]): Promise<References> {
  const visits = await visitsOf(context, valuesOf(candidates, 'visit_external_id'))
  const skus = valuesOf(candidates, 'medication_sku')
  const medications = await idsBy(context.trx, 'medications', 'sku', skus)
  for (const sku of (await rehearsedBeside(context, 'medications', skus, medications)).keys())
    medications.set(sku, NOT_STORED.id)
  return {
    of({ values: { visit_external_id: visitId, medication_sku: sku } }) {
      const visit = visitId == null ? undefined : visits.get(visitId)
      const medication = sku == null ? undefined : medications.get(sku)
      return {
        values: {
          visit_id: visit?.id ?? null,
          visit_version: visit?.version ?? null,
          visited_on: visit?.visitedOn ?? null,
          visit_doctor_id: visit?.doctorId ?? null,
          medication_id: medication ?? null,
        },
        problems: [
          ...(visitId != null && visit === undefined ? [UNKNOWN_VISIT] : []),
          ...(sku != null && medication === undefined ? [UNKNOWN_MEDICATION] : []),
        ],
      }
    },
  }
}

/** What new lines count for, gathered beforehand. */
function tally(): Tally {
  const visits = new Versions()
  const figures = new FigureSums()
  return {
    add(_, record, referred) {
      const { visit_id: id, visit_version: version, visited_on: day, visit_doctor_id: doctorId } = referred
      visits.add(id as string, version as string)
      const part = referred.medication_id as string
      figures.add('medicines', day as string, doctorId as string, part, Number(record.quantity ?? 0))
    },
    async write(trx, insert) {
      await visits.hold(trx, 'imported_visits')
      await figures.write(trx, insert)
    },
  }
}

const TEXTS = ['external_id', 'visit_external_id', 'medication_sku', 'dosage', 'frequency'] as const

/** Medicines that were handed over on imported visits. */
export const prescriptionsKind: RecordKind = {
  rules: PRESCRIPTION_RULES,
  table: 'imported_lines',
  key: {
    field: 'external_id',
    column: 'external_id',
    perSource: true,
    taken: recordProblem('external_id', 'DUPLICATE_EXTERNAL_ID'),
  },
  others: [],
  columns: [
    ...TEXTS.map((name) => ({ field: name, column: name, type: 'text' as const })),
    { field: 'visit_id', column: 'imported_visit_id', type: 'integer' },
    { field: 'medication_id', column: 'medication_id', type: 'integer' },
    { field: 'quantity', column: 'quantity', type: 'integer', empty: '0' },
    { field: 'unit_price', column: 'unit_price_sen', type: 'sen', empty: '0.00' },
    { field: 'line_total', column: 'line_total_sen', type: 'sen', empty: '0.00' },
    { field: 'duration_days', column: 'duration_days', type: 'integer' },
  ],
  hasSource: true,
  times: ['created_at', 'updated_at'],
  countedIds: true,
  domains: ['patients'],
  references,
  quick: { tally },
  forget: ({ trx }, ids) => importedLineFigures(trx, ids, -1),
  async follow({ trx }, effects) {
    const written = effects.flatMap(({ id, after }) => (after === null ? [] : [id]))
    if (written.length > 0) await importedLineFigures(trx, written, 1)
  },
  used: async () => new Set(),
}
