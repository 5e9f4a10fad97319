import { rmOf } from '../../billing/rules.ts'
import type { Db } from '../../db/connect.ts'
import { reading } from '../../db/transaction.ts'
import type { HistoryRights } from './history.ts'
import type { PatientHistory } from './schema.ts'

type Entry = PatientHistory['data'][number]

interface ImportedVisitRow {
  id: string
  status: string
  queue_number: string | null
  symptoms: string | null
  notes: string | null
  total_sen: number
  mc_days: number
  mc_start: string | null
}

interface ImportedLineRow {
  id: string
  visit_id: string
  medication_id: string
  name: string
  quantity: number
}

interface ImportedPaymentRow {
  id: string
  visit_id: string
  receipt_number: string | null
  status: string
  amount_sen: number
  paid_on: string
}

/** What is not a record of the clinic's own cannot be asked for by its id. */
const historyId = (id: string): string => `imported-${id}`

const findVisits = (db: Db, ids: readonly string[]): Promise<ImportedVisitRow[]> =>
  reading(
    db('imported_visits')
      .comment('history.imported')
      .whereIn('id', [...ids])
      .select(
        ...['id', 'status', 'queue_number', 'symptoms', 'notes', 'total_sen', 'mc_days', 'mc_start'],
      ) as PromiseLike<ImportedVisitRow[]>,
  )

const findLines = (db: Db, ids: readonly string[]): Promise<ImportedLineRow[]> =>
  reading(
    db('imported_lines as l')
      .comment('history.imported-lines')
      .join('medications as m', 'm.id', 'l.medication_id')
      .whereIn('l.imported_visit_id', [...ids])
      .orderBy('l.id')
      .select({ id: 'l.id', visit_id: 'l.imported_visit_id', medication_id: 'm.id', quantity: 'l.quantity' })
      .select(
        db.raw("concat_ws(' ', m.generic_name, m.strength, l.dosage, l.frequency) as name"),
      ) as PromiseLike<ImportedLineRow[]>,
  )

const findPayments = (db: Db, ids: readonly string[]): Promise<ImportedPaymentRow[]> =>
  reading(
    db('imported_payments')
      .comment('history.imported-payments')
      .whereIn('imported_visit_id', [...ids])
      .orderBy('id')
      .select('id', 'receipt_number', 'status', 'amount_sen', 'paid_on')
      .select({ visit_id: 'imported_visit_id' }) as PromiseLike<ImportedPaymentRow[]>,
  )

const viewImported = (row: ImportedVisitRow, { notes, certificates, payments }: HistoryRights) => ({
  status: row.status,
  queueNumber: row.queue_number,
  ...(notes ? { symptoms: row.symptoms, notes: row.notes } : {}),
  ...(certificates ? { mcDays: row.mc_days, mcStart: row.mc_start } : {}),
  ...(payments === 'none' ? {} : { total: rmOf(row.total_sen) }),
})

const viewLine = ({ id, medication_id, name, quantity }: ImportedLineRow) => ({
  id: historyId(id),
  medicationId: medication_id,
  description: name,
  quantity,
  status: 'handed_over',
})

const viewPayment = (row: ImportedPaymentRow) => ({
  id: historyId(row.id),
  number: row.receipt_number ?? '-',
  kind: 'payment',
  status: row.status === 'void' ? 'void' : 'recorded',
  amount: rmOf(row.amount_sen),
  paidOn: row.paid_on,
})

/**
 * Completes the entries of imported visits, by the id of the imported record, with what the other system said of them,
 * as much as the reader may see. At most three statements, none where no visit was imported.
 */
export async function withImported(
  db: Db,
  entries: readonly { entry: Entry; importedId: string | null }[],
  rights: HistoryRights,
): Promise<Entry[]> {
  const ids = entries.flatMap(({ importedId }) => importedId ?? [])
  if (ids.length === 0) return entries.map(({ entry }) => entry)
  const [visits, lines, payments] = await Promise.all([
    findVisits(db, ids),
    rights.prescriptions ? findLines(db, ids) : [],
    rights.payments === 'none' ? [] : findPayments(db, ids),
  ])
  return entries.map(({ entry, importedId }) => {
    const row = visits.find(({ id }) => id === importedId)
    if (row === undefined) return entry
    const { payments: whose } = rights
    const isOwn = whose === 'all' || (whose !== 'none' && whose.doctorId === entry.doctor?.id)
    const own = <Row extends { visit_id: string }>(rows: readonly Row[]) =>
      rows.filter(({ visit_id }) => visit_id === importedId)
    return {
      ...entry,
      imported: viewImported(row, { ...rights, payments: isOwn ? whose : 'none' }),
      ...(rights.prescriptions ? { prescriptions: own(lines).map(viewLine) } : {}),
      ...(isOwn ? { payments: own(payments).map(viewPayment) } : {}),
    }
  })
}

const MOST_CONDITIONS = 100

/** Conditions of a patient that another system kept apart from visits, the latest first. */
export async function importedConditions(
  db: Db,
  patientId: string,
): Promise<NonNullable<PatientHistory['conditions']>> {
  const rows = (await reading(
    db('imported_conditions as c')
      .comment('history.conditions')
      .leftJoin('icd10_codes as i', 'i.code', 'c.code')
      .where('c.patient_id', patientId)
      .orderBy([
        { column: 'c.recorded_on', order: 'desc' },
        { column: 'c.id', order: 'desc' },
      ])
      .limit(MOST_CONDITIONS)
      .select('c.recorded_on', 'c.code', 'i.title', 'c.text', 'c.status'),
  )) as {
    recorded_on: string
    code: string | null
    title: string | null
    text: string | null
    status: string | null
  }[]
  return rows.map(({ recorded_on, ...row }) => ({ recordedOn: recorded_on, ...row }))
}
