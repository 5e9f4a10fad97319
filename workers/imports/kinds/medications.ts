import { MEDICATION_RULES } from '../../../shared/imports/records/medications.ts'
import { recordProblem } from '../../../shared/imports/records/problems.ts'
import type { RecordKind } from '../records/kind.ts'
import { referredTo } from '../records/used.ts'

const TEXTS = [
  'sku',
  'generic_name',
  'brand_name',
  'form',
  'strength',
  'unit',
  'category',
  'atc_code',
  'poison_group',
] as const

/** Medicines are matched by their code; their stock is not touched. */
export const medicationsKind: RecordKind = {
  rules: MEDICATION_RULES,
  table: 'medications',
  key: { field: 'sku', column: 'sku', perSource: false, taken: recordProblem('sku', 'DUPLICATE_SKU') },
  others: [],
  columns: [
    ...TEXTS.map((name) => ({ field: name, column: name, type: 'text' as const })),
    { field: 'cost_price', column: 'cost_price', type: 'price' },
    { field: 'selling_price', column: 'selling_price', type: 'price', empty: '0.00' },
    { field: 'active', column: 'active', type: 'integer', empty: '1', isOfNew: true },
  ],
  hasSource: false,
  times: [],
  domains: ['medications'],
  quick: {},
  used: (trx, ids) => referredTo(trx, 'medications', ids),
}
