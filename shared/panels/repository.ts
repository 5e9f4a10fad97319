import type { Db, Knex } from '../db/connect.ts'
import { reading } from '../db/transaction.ts'
import type { PanelKind } from './rules.ts'

/** A row of `panels` as the driver gives it; money in sen. */
export interface PanelRow {
  id: string
  code: string
  name: string
  kind: PanelKind
  address: string | null
  contact: string | null
  percent_bp: number
  copay_sen: number
  visit_cap_sen: number | null
  year_limit_sen: number | null
  active: number
  version: number
}

const COLUMNS = [
  'id',
  'code',
  'name',
  'kind',
  'address',
  'contact',
  'percent_bp',
  'copay_sen',
  'visit_cap_sen',
  'year_limit_sen',
  'active',
  'version',
] as const satisfies readonly (keyof PanelRow)[]

/** More panels than any one clinic has: bounds the list. */
export const MOST_PANELS = 1000

/** All panels, those in use first, by name. */
export const listPanels = (db: Db): Promise<PanelRow[]> =>
  reading(
    db('panels')
      .comment('panels.list')
      .orderBy([{ column: 'active', order: 'desc' }, 'name', 'id'])
      .limit(MOST_PANELS)
      .select(COLUMNS) as PromiseLike<PanelRow[]>,
  )

/** One panel, under a lock where it is to be changed or its yearly limit used. */
export const findPanel = (
  db: Db,
  id: string,
  options: { lock?: boolean } = {},
): Promise<PanelRow | undefined> => {
  const query = db('panels').comment('panels.find').where({ id }).first(COLUMNS)
  return reading((options.lock ? query.forUpdate() : query) as PromiseLike<PanelRow | undefined>)
}

type Stored = Omit<PanelRow, 'id' | 'version' | 'active'> & { active: boolean }

/** Adds a panel; answers the id. */
export async function insertPanel(trx: Knex.Transaction, row: Stored, at: string): Promise<string> {
  const [id] = await trx('panels')
    .comment('panels.insert')
    .insert({ ...row, created_at: at, updated_at: at })
  return String(id)
}

/** Changes a panel whose row is locked, and raises the version. */
export async function updatePanel(
  trx: Knex.Transaction,
  id: string,
  changes: Partial<Stored>,
  at: string,
): Promise<void> {
  await trx('panels')
    .comment('panels.update')
    .where({ id })
    .update({ ...changes, version: trx.raw('version + 1'), updated_at: at })
}

/** What a panel has paid for a patient in a year, less what was reversed, sen. */
export async function usedSen(db: Db, panelId: string, patientId: string, year: string): Promise<number> {
  const row = (await reading(
    db('payment_tenders')
      .comment('panels.used')
      .where({ panel_id: panelId, patient_id: patientId })
      .whereBetween('paid_on', [`${year}-01-01`, `${year}-12-31`])
      .sum({ sen: 'amount_sen' })
      .first() as PromiseLike<{ sen: string | null } | undefined>,
  )) ?? { sen: null }
  return Number(row.sen ?? 0)
}

/** A line of a statement. */
export interface StatementRow {
  id: string
  paid_on: string
  number: string
  kind: string
  patient_id: string
  patient_name: string
  visit_id: string
  reference: string | null
  amount_sen: number
}

const inMonth = (db: Db, name: string, panelId: string, month: string): Knex.QueryBuilder =>
  db('payment_tenders as t')
    .comment(`panels.${name}`)
    .where('t.panel_id', panelId)
    .where('t.paid_on', '>=', `${month}-01`)
    .where('t.paid_on', '<', db.raw('date_add(?, interval 1 month)', [`${month}-01`]))

/** Credits and reversals of a month, oldest first, behind an id. */
export function listStatement(
  db: Db,
  panelId: string,
  month: string,
  after: string | undefined,
  limit: number,
): Promise<StatementRow[]> {
  const query = inMonth(db, 'statement', panelId, month)
    .join('payments as y', 'y.id', 't.payment_id')
    .join('patients as p', 'p.id', 't.patient_id')
  if (after !== undefined) query.where('t.id', '>', after)
  return reading(
    query
      .orderBy('t.id')
      .limit(limit)
      .select(
        't.id',
        't.paid_on',
        'y.number',
        'y.kind',
        't.patient_id',
        'p.name as patient_name',
        'y.visit_id',
        't.reference',
        't.amount_sen',
      ) as PromiseLike<StatementRow[]>,
  )
}

/** The sum of a month, sen, and of how many lines. */
export async function sumStatement(
  db: Db,
  panelId: string,
  month: string,
): Promise<{ sen: number; lines: number }> {
  const row = await reading(
    inMonth(db, 'statement-sum', panelId, month)
      .sum({ sen: 't.amount_sen' })
      .count({ n: '*' })
      .first() as PromiseLike<{ sen: string | null; n: number } | undefined>,
  )
  return { sen: Number(row?.sen ?? 0), lines: Number(row?.n ?? 0) }
}
