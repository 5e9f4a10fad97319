import {
  clinicNumber,
  day,
  type ExportKindRule,
  fromSource,
  instant,
  money,
  onePart,
  ownOnly,
  text,
  within,
  withinInstants,
} from './column.ts'

export const PAYMENTS: ExportKindRule = {
  parts: [
    {
      prefix: '',
      id: 't.id',
      from(db, filter) {
        const query = db('payment_tenders as t')
          .leftJoin('payments as y', 'y.id', 't.payment_id')
          .leftJoin('patients as p', 'p.id', 'y.patient_id')
          .leftJoin('doctors as d', 'd.id', 'y.doctor_id')
          .leftJoin('panels as n', 'n.id', 't.panel_id')
          .leftJoin('users as u', 'u.id', 'y.user_id')
        within(query, 't.paid_on', filter)
        ownOnly(query, filter)
        if (filter.doctorId !== undefined) query.where('y.doctor_id', filter.doctorId)
        return query
      },
    },
    {
      prefix: 'imported-',
      id: 'y.id',
      from(db, filter) {
        const query = db('imported_payments as y')
          .leftJoin('visits as v', 'v.imported_id', 'y.imported_visit_id')
          .leftJoin('patients as p', 'p.id', 'v.patient_id')
          .leftJoin('doctors as d', 'd.id', 'v.doctor_id')
        within(query, 'y.paid_on', filter)
        fromSource(query, 'y.source', filter)
        if (filter.doctorId !== undefined) query.where('v.doctor_id', filter.doctorId)
        return query
      },
    },
  ],
  columns: [
    text('external_id', undefined, 'y.external_id'),
    text('visit_external_id', undefined, 'y.visit_external_id'),
    instant('paid_at', 'y.created_at', 'y.paid_at'),
    money('amount', 't.amount_sen', 'y.amount_sen'),
    text('method', 't.method', 'y.method'),
    text('receipt_number', 'y.number', 'y.receipt_number'),
    text('status', 'y.status', 'y.status'),
    text('remarks', undefined, 'y.remarks'),
    text('kind', 'y.kind', "'payment'"),
    day('paid_on', 't.paid_on', 'y.paid_on'),
    text('visit_id', 'y.visit_id', 'v.id'),
    clinicNumber('y.patient_id', 'v.patient_id'),
    text('patient', 'p.name', 'p.name'),
    text('doctor', 'd.name', 'd.name'),
    text('panel', 'n.name'),
    text('reference', 't.reference'),
    text('cashier', 'u.name'),
    text('reason', 'y.reason'),
  ],
}

export const BILLS: ExportKindRule = onePart(
  'b.id',
  (db, filter) => {
    const query = db('bills as b')
      .leftJoin('patients as p', 'p.id', 'b.patient_id')
      .leftJoin('doctors as d', 'd.id', 'b.doctor_id')
      .leftJoin('panels as n', 'n.id', 'b.panel_id')
    withinInstants(query, 'b.created_at', filter)
    if (filter.doctorId !== undefined) query.where('b.doctor_id', filter.doctorId)
    return query
  },
  [
    text('bill_id', 'b.id'),
    text('visit_id', 'b.visit_id'),
    clinicNumber('b.patient_id'),
    text('patient', 'p.name'),
    text('doctor', 'd.name'),
    text('status', 'b.status'),
    money('subtotal', 'b.subtotal_sen'),
    money('discount', 'b.discount_sen'),
    money('sst', 'b.sst_sen'),
    money('total', 'b.total_sen'),
    money('rounding', 'b.rounding_sen'),
    money('paid', 'b.paid_sen'),
    money('refunded', 'b.refunded_sen'),
    text('panel', 'n.name'),
    money('panel_amount', 'b.panel_sen'),
    text('panel_reference', 'b.panel_reference'),
    instant('created_at', 'b.created_at'),
    instant('settled_at', 'b.settled_at'),
  ],
)
