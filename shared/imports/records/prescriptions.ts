import { canonicalSku } from './medications.ts'
import type { RecordRules, RowReader } from './row.ts'
import { senOfText } from './values.ts'

const MAX_EXTERNAL_ID = 80
const MAX_DOSAGE = 200
const MAX_FREQUENCY = 80
const MOST_UNITS = 999
const MOST_DAYS = 3650
const WHOLE = /^[0-9]{1,4}$/

const field = (name: string, required: boolean, format: string, example: string, ...synonyms: string[]) => ({
  ...{ name, required, format, example, synonyms },
})

const wholeUpTo = (most: number) => (text: string) =>
  WHOLE.test(text) && Number(text) >= 1 && Number(text) <= most ? String(Number(text)) : null

function checkTotal(row: RowReader, quantity: string | null, price: string | null, total: string | null) {
  if (quantity === null || price === null || total === null) return
  if (Number(quantity) * senOfText(price) !== senOfText(total)) row.fault('line_total', 'LINE_TOTAL_MISMATCH')
}

/** Medicines that were handed over on imported visits. */
export const PRESCRIPTION_RULES: RecordRules = {
  fields: [
    {
      ...field(
        'external_id',
        true,
        'text, unique in its source',
        'X000000001',
        'line id',
        'prescription id',
        'id',
      ),
      // other systems have no number for them: a medicine is ordered once on a visit
      parts: {
        with: ' ',
        columns: [
          ['encounter', 'visit id'],
          ['code', 'sku'],
        ],
        areShared: true,
      },
    },
    field(
      'visit_external_id',
      true,
      'as in the import of visits',
      'V000000001',
      'visit id',
      'visit no',
      'encounter id',
      'encounter',
    ),
    field(
      'medication_sku',
      true,
      'as in the import of medicines',
      'RX005',
      'sku',
      'item code',
      'drug code',
      'code',
      'kod ubat',
    ),
    field('quantity', true, 'whole units, 1 to 999', '13', 'qty', 'kuantiti', 'dispenses'),
    field('unit_price', true, 'RM', '0.80', 'price', 'harga seunit', 'base cost'),
    field('line_total', true, 'RM, quantity times price', '10.40', 'total', 'amount', 'jumlah', 'total cost'),
    field('dosage', false, 'up to 200 characters', '1 tab', 'dose', 'dos'),
    field('frequency', false, 'up to 80 characters', 'TDS', 'freq', 'kekerapan'),
    field('duration_days', false, 'whole days', '5', 'duration', 'days', 'tempoh'),
  ],
  leastNeeded: [
    ...['external_id', 'visit_external_id', 'medication_sku', 'quantity', 'unit_price', 'line_total'],
  ],
  keys: ['external_id'],
  read: (row) => {
    // a format without a place for what was handed over (FHIR) says nothing of it, and that is no fault
    const isSaid = (name: string) => row.options.isPartial !== true || row.given(name) !== ''
    const quantity = isSaid('quantity') ? row.value('quantity', wholeUpTo(MOST_UNITS), 'BAD_QUANTITY') : null
    const price = isSaid('unit_price') ? row.amount('unit_price') : null
    const total = isSaid('line_total') ? row.amount('line_total') : null
    checkTotal(row, quantity, price, total)
    return {
      external_id: row.externalId(),
      visit_external_id: row.text('visit_external_id', MAX_EXTERNAL_ID, 'UNKNOWN_VISIT'),
      medication_sku: row.value('medication_sku', canonicalSku, 'UNKNOWN_MEDICATION'),
      quantity,
      unit_price: price,
      line_total: total,
      dosage: row.text('dosage', MAX_DOSAGE),
      frequency: row.text('frequency', MAX_FREQUENCY),
      duration_days: row.value('duration_days', wholeUpTo(MOST_DAYS), 'BAD_DURATION'),
    }
  },
}
