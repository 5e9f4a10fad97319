import { rmOf } from '../billing/rules.ts'
import type { PanelRow } from './repository.ts'
import type { Panel } from './schema.ts'

const orNull = (sen: number | null): string | null => (sen === null ? null : rmOf(sen))

/** A row as every call shows it; a percentage of two decimals is written like an amount. */
export const viewPanel = (row: PanelRow): Panel => ({
  id: row.id,
  code: row.code,
  name: row.name,
  kind: row.kind,
  address: row.address,
  contact: row.contact,
  percent: rmOf(row.percent_bp),
  copay: rmOf(row.copay_sen),
  visitCap: orNull(row.visit_cap_sen),
  yearLimit: orNull(row.year_limit_sen),
  active: row.active === 1,
  version: row.version,
})
