import { atOnce, COMMON, column, fetchRows, paged, type Report } from './report.ts'
import { TAKINGS } from './takings.ts'

const COLLECTION = `select /* reports.collection */ t.paid_on, t.cashier, ifnull(d.name, '-'), t.method,
    count(distinct t.payment), sum(t.amount_sen)
  from ${TAKINGS}
  left join doctors d on d.id = t.doctor_id
  where (:doctor is null or t.doctor_id = :doctor) and (:cashier is null or t.user_id = :cashier)
  group by t.paid_on, t.user_id, t.doctor_id, t.method
  order by t.paid_on, t.cashier, t.user_id, d.name, t.doctor_id, t.method`

/** What was taken in, less what was given back, of each day. */
export const dailyCollection: Report = {
  title: { en: 'Daily collection', ms: 'Kutipan harian' },
  columns: [
    COMMON.day,
    column.text('Cashier', 'Juruwang', 'cashier'),
    COMMON.doctor,
    column.text('Method', 'Cara bayaran', 'method'),
    column.count('Receipts', 'Resit', 'receipts'),
    column.money('Amount (RM)', 'Jumlah (RM)', 'amount'),
  ],
  chart: { kind: 'bars', by: 'method', value: 'amount' },
  domains: ['billing', 'doctors'],
  rows: ({ db, params, doctorId, cashierId }) =>
    atOnce(
      fetchRows(db, COLLECTION, {
        from: params.from ?? null,
        to: params.to ?? null,
        doctor: doctorId,
        cashier: cashierId,
      }),
    ),
}

/** What revenue is counted by: a fixed expression for each choice. */
const LABELS: Readonly<Record<string, string>> = {
  day: 't.paid_on',
  month: "date_format(t.paid_on, '%Y-%m')",
  doctor: "ifnull(d.name, '-')",
  method: 't.method',
  panel: "ifnull(n.name, '-')",
}
/** What tells two of the same name apart. */
const GROUPS: Readonly<Record<string, string>> = {
  ...LABELS,
  doctor: 't.doctor_id',
  panel: 't.panel_id',
}
const BY = {
  day: { en: 'Day', ms: 'Hari' },
  month: { en: 'Month', ms: 'Bulan' },
  doctor: { en: 'Doctor', ms: 'Doktor' },
  method: { en: 'Method', ms: 'Cara bayaran' },
  panel: { en: 'Panel', ms: 'Panel' },
} as const

/** Revenue by period, doctor, method or panel; for panels only what panels are to pay. */
export const revenue: Report = {
  title: { en: 'Revenue', ms: 'Hasil' },
  columns: [
    column.text('', '', 'label'),
    column.count('Receipts', 'Resit', 'receipts'),
    column.money('Taken in (RM)', 'Terimaan (RM)', 'takenIn'),
    column.money('Given back (RM)', 'Bayaran balik (RM)', 'givenBack'),
    column.money('Revenue (RM)', 'Hasil (RM)', 'amount'),
  ],
  chart: { kind: 'lines', by: 'label', value: 'amount' },
  firstTitle: ({ by = 'day' }) => BY[by as keyof typeof BY],
  domains: ['billing', 'doctors', 'panels'],
  rows: ({ db, params, doctorId }) => {
    const by = params.by ?? 'day'
    const { from = '', to = '' } = params
    const query = db
      .from(db.raw(TAKINGS, { from, to }))
      .comment('reports.revenue')
      .leftJoin('doctors as d', 'd.id', 't.doctor_id')
      .leftJoin('panels as n', 'n.id', 't.panel_id')
      .groupByRaw(GROUPS[by] as string)
      .orderByRaw('1')
      .select(
        db.raw(LABELS[by] as string),
        db.raw('count(distinct t.payment)'),
        db.raw('sum(if(t.amount_sen > 0, t.amount_sen, 0))'),
        db.raw('sum(if(t.amount_sen < 0, -t.amount_sen, 0))'),
        db.raw('sum(t.amount_sen)'),
      )
      .options({ rowsAsArray: true })
    if (by === 'panel') query.whereNotNull('t.panel_id')
    if (doctorId !== null) query.where('t.doctor_id', doctorId)
    return atOnce(query as never)
  },
}

const STATEMENT = `select /* reports.panel-statement */ t.id, t.paid_on, y.number, y.kind,
    concat('P-', lpad(y.patient_id, greatest(6, length(y.patient_id)), '0')), p.name, t.reference, t.amount_sen
  from payment_tenders t
  join payments y on y.id = t.payment_id
  join patients p on p.id = y.patient_id
  where t.panel_id = :panel and t.paid_on >= :from and t.paid_on < :from + interval 1 month and t.id > :after
  order by t.id limit :rows`

/** What a panel is to pay for a month. */
export const panelStatement: Report = {
  title: { en: 'Panel statement', ms: 'Penyata panel' },
  columns: [
    COMMON.day,
    column.text('Receipt', 'Resit', 'receipt'),
    column.text('Kind', 'Jenis', 'kind'),
    COMMON.clinicNumber,
    COMMON.patient,
    column.text('Reference', 'Rujukan', 'reference'),
    column.money('Amount (RM)', 'Jumlah (RM)', 'amount'),
  ],
  domains: ['billing', 'patients', 'panels'],
  rows: ({ db, params }) =>
    paged(db, STATEMENT, { panel: params.panelId ?? null, from: `${params.month}-01` }),
}
