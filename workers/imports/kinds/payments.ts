import { importedPaymentFigures } from '../../../shared/dashboard/commands.ts'
import type { Knex } from '../../../shared/db/connect.ts'
import { PAYMENT_RULES } from '../../../shared/imports/records/payments.ts'
import { recordProblem } from '../../../shared/imports/records/problems.ts'
import { senOfText } from '../../../shared/imports/records/values.ts'
import { ChunkConflict } from '../../runtime/bulk-work.ts'
import { FigureSums } from '../records/figures.ts'
import type {
  Candidate,
  Context,
  Effect,
  Looking,
  RecordKind,
  References,
  Tally,
  Values,
} from '../records/kind.ts'
import { valuesOf } from '../records/referred.ts'
import { type ReferredVisit, visitsOf } from '../records/referred-visits.ts'
import { Versions } from '../records/unchanged.ts'
import { updateSums } from '../records/write.ts'

const UNKNOWN_VISIT = [recordProblem('visit_external_id', 'UNKNOWN_VISIT')]
const PAID_BEFORE_VISIT = [recordProblem('paid_at', 'PAID_BEFORE_VISIT')]
const OVERPAYMENT = [recordProblem('amount', 'OVERPAYMENT')]
/** Names in a rehearsal how much more its earlier rows would have paid of a visit. */
const paidKey = (visitExternalId: string): string => `p:${visitExternalId}`

/** What a payment counts towards its visit: a void one nothing. */
const countedSen = (values: Values | null): number =>
  values === null || values.status === 'void' ? 0 : senOfText(values.amount ?? null)

/** Sums of what is paid of each visit while the rows of a piece come one after the other. */
function paidSums(visits: ReadonlyMap<string, ReferredVisit>, noted: Looking['noted']) {
  const more = new Map<string, number>()
  const moreOf = (visit: string): number => more.get(visit) ?? Number(noted.get(paidKey(visit)) ?? 0)
  return {
    /** Whether the visit still covers it; takes it in if so. */
    take(visit: string, sen: number): boolean {
      const { totalSen = 0, paidSen = 0 } = visits.get(visit) ?? {}
      if (sen > 0 && paidSen + moreOf(visit) + sen > totalSen) return false
      more.set(visit, moreOf(visit) + sen)
      return true
    },
    noted: () => new Map([...more].map(([visit, sen]) => [paidKey(visit), String(sen)])),
  }
}

async function references(context: Looking, candidates: readonly Candidate[]): Promise<References> {
  const visits = await visitsOf(context, valuesOf(candidates, 'visit_external_id'))
  const sums = paidSums(visits, context.noted)
  return {
    of({ values: { visit_external_id: visitId, paid_at: paidAt } }) {
      const visit = visitId == null ? undefined : visits.get(visitId)
      if (visitId != null && visit === undefined) return { problems: UNKNOWN_VISIT }
      const isEarly = visit !== undefined && paidAt != null && Date.parse(paidAt) < Date.parse(visit.visitAt)
      return {
        values: {
          visit_id: visit?.id ?? null,
          visit_version: visit?.version ?? null,
          visit_doctor_id: visit?.doctorId ?? null,
        },
        problems: isEarly ? PAID_BEFORE_VISIT : [],
      }
    },
    admit(after, before) {
      const visit = after.visit_external_id as string
      const old = before?.visit_external_id ?? visit
      const isMoved = old !== visit
      if (!sums.take(visit, countedSen(after) - (isMoved ? 0 : countedSen(before)))) return OVERPAYMENT
      if (isMoved) sums.take(old, -countedSen(before))
      return []
    },
    keep: sums.noted,
  }
}

/** Keeps what is paid of each visit, so that the next piece, and a change of the visit, need not add it up. */
async function follow({ trx }: Context, effects: readonly Effect[]): Promise<void> {
  const sums = new Map<string, number>()
  const add = (values: Values | null, sign: 1 | -1) => {
    const id = values?.visit_id
    if (id != null) sums.set(id, (sums.get(id) ?? 0) + sign * countedSen(values))
  }
  for (const { before, after } of effects) {
    add(before, -1)
    add(after, 1)
  }
  await updateSums(trx, 'imported_visits', 'paid_sen', sums)
  const written = effects.flatMap(({ id, after }) => (after === null ? [] : [id]))
  if (written.length > 0) await importedPaymentFigures(trx, written, 1)
}

/** Adds what is newly paid to visits; throws {@link ChunkConflict} where a visit has changed or would be overpaid. */
async function addPaid(
  trx: Knex.Transaction,
  paid: ReadonlyMap<string, { version: string; sen: number }>,
): Promise<void> {
  if (paid.size === 0) return
  const rows = Array.from(paid, ([id, { version, sen }]) => [id, version, sen])
  const [result] = (await trx.raw(
    `/* imports.paid */ update imported_visits t join json_table(?, '$[*]' columns (
        id bigint unsigned path '$[0]', version int unsigned path '$[1]', more bigint path '$[2]')) n on n.id = t.id
      set t.paid_sen = t.paid_sen + n.more
      where t.version = n.version and t.paid_sen + n.more <= t.total_sen`,
    [JSON.stringify(rows)],
  )) as [{ affectedRows: number }]
  if (result.affectedRows !== rows.length) throw new ChunkConflict('a visit has changed or is paid meanwhile')
}

/** What follows from new payments, gathered beforehand: the same as {@link follow} makes of them. */
function tally(): Tally {
  const paid = new Map<string, { version: string; sen: number }>()
  const visits = new Versions()
  const figures = new FigureSums()
  return {
    add(_, record, { visit_id, visit_version, visit_doctor_id: doctorId }) {
      const id = visit_id as string
      const version = visit_version as string
      const sen = countedSen(record)
      if (sen === 0) {
        visits.add(id, version)
        return
      }
      paid.set(id, { version, sen: (paid.get(id)?.sen ?? 0) + sen })
      figures.add('takings', record.paid_on as string, doctorId as string, record.method as string, sen)
    },
    async write(trx, insert) {
      await visits.hold(trx, 'imported_visits')
      await addPaid(trx, paid)
      await figures.write(trx, insert)
    },
  }
}

/** Payments for imported visits. */
export const paymentsKind: RecordKind = {
  rules: PAYMENT_RULES,
  table: 'imported_payments',
  key: {
    field: 'external_id',
    column: 'external_id',
    perSource: true,
    taken: recordProblem('external_id', 'DUPLICATE_EXTERNAL_ID'),
  },
  others: [
    {
      field: 'receipt_number',
      column: 'receipt_number',
      perSource: true,
      taken: recordProblem('receipt_number', 'DUPLICATE_RECEIPT'),
    },
  ],
  columns: [
    { field: 'external_id', column: 'external_id', type: 'text' },
    { field: 'visit_external_id', column: 'visit_external_id', type: 'text' },
    { field: 'visit_id', column: 'imported_visit_id', type: 'integer' },
    { field: 'paid_at', column: 'paid_at', type: 'instant' },
    { field: 'paid_on', column: 'paid_on', type: 'day' },
    { field: 'amount', column: 'amount_sen', type: 'sen' },
    { field: 'method', column: 'method', type: 'text' },
    { field: 'receipt_number', column: 'receipt_number', type: 'text' },
    { field: 'status', column: 'status', type: 'text', empty: 'paid' },
    { field: 'remarks', column: 'remarks', type: 'text' },
  ],
  hasSource: true,
  times: ['created_at', 'updated_at'],
  countedIds: true,
  domains: ['billing', 'patients'],
  references,
  quick: { tally },
  notedKeys: (candidates) => valuesOf(candidates, 'visit_external_id').map(paidKey),
  forget: ({ trx }, ids) => importedPaymentFigures(trx, ids, -1),
  follow,
  used: async () => new Set(),
}
