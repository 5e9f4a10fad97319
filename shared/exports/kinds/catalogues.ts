import { type ExportKindRule, integer, onePart, onlyFor, text, texts } from './column.ts'

export const MEDICATIONS: ExportKindRule = onePart(
  'm.id',
  (db, { active }) => {
    const query = db('medications as m').leftJoin('stock_levels as s', 's.medication_id', 'm.id')
    if (active !== undefined) query.where('m.active', active)
    return query
  },
  [
    ...texts('m', 'sku', 'generic_name', 'brand_name', 'form', 'strength', 'unit', 'category', 'atc_code'),
    text('poison_group', 'm.poison_group'),
    integer('psychotropic', 'm.psychotropic'),
    ...onlyFor(({ permissions }) => permissions.has('medications.write'), {
      key: 'cost_price',
      type: 'money',
      sql: ['m.cost_price'],
    }),
    { key: 'selling_price', type: 'money', sql: ['m.selling_price'] },
    integer('reorder_level', 'm.reorder_level'),
    integer('on_hand', 'ifnull(s.on_hand, 0)'),
    integer('active', 'm.active'),
  ],
)

export const DOCTORS: ExportKindRule = onePart(
  'd.id',
  (db, { active }) => {
    const query = db('doctors as d')
    if (active !== undefined) query.where('d.active', active)
    return query
  },
  [
    text('doctor_code', 'd.code'),
    ...texts('d', 'name', 'specialty', 'mmc_number', 'apc_number', 'room'),
    integer('active', 'd.active'),
  ],
)

export const ICD10: ExportKindRule = onePart(
  'i.id',
  (db, { active }) => {
    const query = db('icd10_codes as i')
    if (active !== undefined) query.where('i.active', active)
    return query
  },
  [...texts('i', 'code', 'title'), integer('active', 'i.active')],
)
