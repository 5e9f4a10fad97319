import { atOnce, column, fetchRows, type Report } from './report.ts'
import { periodOf } from './visits.ts'

const MEDICINE = [
  column.text('Code', 'Kod', 'sku'),
  column.text('Medicine', 'Ubat', 'medicine'),
  column.text('Unit', 'Unit', 'unit'),
] as const

const HANDED_OVER = `(
  select l.medication_id, l.patient_id, l.quantity, l.quantity * l.unit_price_sen as sen, d.id as doctor_id
  from prescription_lines l
  left join doctors d on d.user_id = l.ordered_by
  where l.status = 'handed_over' and l.handed_over_at >= :start and l.handed_over_at < :end
  union all
  select l.medication_id, v.patient_id, l.quantity, l.line_total_sen, v.doctor_id
  from imported_visits i
  join imported_lines l on l.imported_visit_id = i.id
  join visits v on v.imported_id = i.id
  where i.visited_on between :from and :to) l`

const USE = `select /* reports.medication-use */ m.sku, concat_ws(' ', m.generic_name, m.strength), m.unit, count(*),
    count(distinct l.patient_id), sum(l.quantity), sum(l.sen)
  from ${HANDED_OVER}
  join medications m on m.id = l.medication_id
  where :doctor is null or l.doctor_id = :doctor
  group by m.id
  order by sum(l.sen) desc, m.sku`

/** Medicines that were handed over and not returned, at the prices of their prescriptions. */
export const medicationUse: Report = {
  title: { en: 'Medication use', ms: 'Penggunaan ubat' },
  columns: [
    ...MEDICINE,
    column.count('Lines', 'Baris', 'lines'),
    { ...column.count('Patients', 'Pesakit', 'patients'), isSummed: false },
    column.count('Quantity', 'Kuantiti', 'quantity'),
    column.money('Value (RM)', 'Nilai (RM)', 'value'),
  ],
  chart: { kind: 'bars', by: 'sku', value: 'value' },
  domains: null,
  rows: (ask) => {
    const { from, to, start, end, doctor } = periodOf(ask)
    return atOnce(fetchRows(ask.db, USE, { from, to, start, end, doctor }))
  },
}

const STOCK = `select /* reports.stock */ m.sku, concat_ws(' ', m.generic_name, m.strength), m.unit, b.batch_no,
    b.expires_on, datediff(b.expires_on, :today), b.on_hand,
    ifnull(b.cost_sen, round(m.cost_price * 100)), b.on_hand * ifnull(b.cost_sen, round(m.cost_price * 100))
  from stock_batches b
  join medications m on m.id = b.medication_id
  where b.on_hand > 0 and (:days is null or b.expires_on <= :today + interval ifnull(:days, 0) day)
  order by m.sku, b.expires_on, b.id`

/** What lies on the shelves now, what it cost and when it expires. */
export const stock: Report = {
  title: { en: 'Stock value and expiry', ms: 'Nilai stok dan tarikh luput' },
  columns: [
    ...MEDICINE,
    column.text('Batch', 'Kelompok', 'batch'),
    column.day('Expires', 'Luput', 'expiresOn'),
    { ...column.count('Days left', 'Baki hari', 'daysLeft'), isSummed: false },
    { ...column.count('On hand', 'Ada', 'onHand'), isSummed: false },
    { ...column.money('Cost (RM)', 'Kos (RM)', 'cost'), isSummed: false },
    column.money('Value (RM)', 'Nilai (RM)', 'value'),
  ],
  chart: { kind: 'bars', by: 'sku', value: 'value' },
  domains: null,
  rows: ({ db, params, today }) =>
    atOnce(fetchRows(db, STOCK, { today, days: params.expiringWithinDays ?? null })),
}
