/**
 * Money of the days from `:from` to `:to`, a row a method of a payment: what the clinic took in or gave back, and what
 * an import brought (`payment` negative and without a cashier; void payments are none).
 */
export const TAKINGS = `(
  select t.paid_on, cast(y.id as signed) as payment, y.user_id, u.name as cashier, y.doctor_id, t.method,
    t.panel_id, t.amount_sen
  from payment_tenders t
  join payments y on y.id = t.payment_id
  join users u on u.id = y.user_id
  where t.paid_on between :from and :to
  union all
  select h.paid_on, -cast(h.id as signed), null, '-', v.doctor_id, h.method, null, cast(h.amount_sen as signed)
  from imported_payments h
  join visits v on v.imported_id = h.imported_visit_id
  where h.paid_on between :from and :to and h.status = 'paid') t`
