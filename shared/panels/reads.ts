import { rmOf } from '../billing/rules.ts'
import { type Cached, cachedList, METADATA_TTL_S } from '../cache/read-cache.ts'
import type { Db } from '../db/connect.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import { clinicNumber } from '../patients/reads.ts'
import { isRowId } from '../units/ids.ts'
import {
  findPanel,
  listPanels,
  listStatement,
  MOST_PANELS,
  type PanelRow,
  sumStatement,
  usedSen,
} from './repository.ts'
import { panelShare } from './rules.ts'
import type { Panel, PanelList, Statement, StatementQuery } from './schema.ts'
import { viewPanel } from './view.ts'

/** Name of the domain in the cache. */
export const PANELS = 'panels'

type ReadDeps = Pick<Deps, 'db' | 'cacheRedis' | 'prefix' | 'log'>

/** All panels of the clinic; kept for a day, made old by every change. */
export const getPanels = (deps: ReadDeps): Promise<Cached> =>
  cachedList(deps, { domain: PANELS, variant: 'all-1', key: 'all', ttlS: METADATA_TTL_S }, async () => {
    const data = (await listPanels(deps.db)).map(viewPanel)
    const meta = { page: 1, limit: MOST_PANELS, total: data.length, totalPages: 1, next: null }
    return { data, meta } satisfies PanelList
  })

async function panelRow(db: Db, id: string): Promise<PanelRow> {
  const row = isRowId(id) ? await findPanel(db, id) : undefined
  if (row === undefined) throw new AppError('not-found')
  return row
}

/** One panel; throws `not-found`. */
export async function getPanel(deps: ReadDeps, id: string): Promise<Panel> {
  const list = JSON.parse((await getPanels(deps)).json.toString()) as PanelList
  const found = list.data.find((each) => each.id === id)
  if (found === undefined) throw new AppError('not-found')
  return found
}

/** A panel and its share of a bill, sen. */
export interface Share {
  id: string
  code: string
  name: string
  active: boolean
  shareSen: number
}

/**
 * What a panel pays of a bill of `totalSen` for a patient, on a clinic day; undefined where there is no such panel.
 * With `lock`, a panel with a yearly limit is held until the transaction ends, so that two bills cannot use the same
 * rest of it. `paidSen` of the bill itself is not counted as used.
 */
export async function shareFor(
  db: Db,
  ask: {
    panelId: string
    patientId: string
    on: string
    totalSen: number
    paidSen: number
    lock?: boolean
  },
): Promise<Share | undefined> {
  let row = await findPanel(db, ask.panelId)
  if (row === undefined) return undefined
  if (ask.lock && row.year_limit_sen !== null)
    row = (await findPanel(db, ask.panelId, { lock: true })) as PanelRow
  const used =
    row.year_limit_sen === null ? 0 : await usedSen(db, ask.panelId, ask.patientId, ask.on.slice(0, 4))
  const rule = {
    percentBp: row.percent_bp,
    copaySen: row.copay_sen,
    visitCapSen: row.visit_cap_sen,
    yearLimitSen: row.year_limit_sen,
  }
  const shareSen = panelShare(ask.totalSen, rule, Math.max(0, used - ask.paidSen))
  return { id: row.id, code: row.code, name: row.name, active: row.active === 1, shareSen }
}

/** What a panel owes for a month: a page of its lines and the sum of all. */
export async function getStatement(
  deps: ReadDeps,
  id: string,
  { month, limit, cursor }: StatementQuery,
): Promise<Statement> {
  const row = await panelRow(deps.db, id)
  const [lines, sum] = [
    await listStatement(deps.db, id, month, cursor, limit + 1),
    await sumStatement(deps.db, id, month),
  ]
  const more = lines.length > limit
  if (more) lines.pop()
  return {
    panel: viewPanel(row),
    month,
    data: lines.map((line) => ({
      day: line.paid_on,
      number: line.number,
      kind: line.kind,
      patient: {
        id: line.patient_id,
        name: line.patient_name,
        clinicNumber: clinicNumber(line.patient_id),
      },
      visitId: line.visit_id,
      reference: line.reference,
      amount: rmOf(line.amount_sen),
    })),
    meta: { total: rmOf(sum.sen), lines: sum.lines, next: more ? (lines.at(-1)?.id ?? null) : null },
  }
}
