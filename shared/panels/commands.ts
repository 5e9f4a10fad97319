import type { AuditEntry } from '../audit/entry.ts'
import { writeAudit } from '../audit/write.ts'
import { senOf } from '../billing/rules.ts'
import { type WriteDeps, writing } from '../cache/writing.ts'
import { isDuplicateKey } from '../db/errors.ts'
import { assertSeen, type Seen } from '../db/seen.ts'
import { AppError } from '../errors/app-error.ts'
import { toSqlUtc } from '../units/clock.ts'
import { PANELS } from './reads.ts'
import { findPanel, insertPanel, type PanelRow, updatePanel } from './repository.ts'
import type { Panel, PanelChanges, PanelInput } from './schema.ts'
import { viewPanel } from './view.ts'

type Who = Omit<AuditEntry, 'action' | 'outcome'>

const about = (who: Who, id: string, action: string): AuditEntry => ({
  ...who,
  action,
  entity: 'panel',
  entityId: id,
  outcome: 'ok',
})

const senOrNull = (rm: string | null | undefined) => (rm === undefined || rm === null ? rm : senOf(rm))

/** The columns of the given fields; what is not given is left out. */
function columnsOf(given: PanelChanges) {
  const all = {
    code: given.code,
    name: given.name,
    kind: given.kind,
    address: given.address,
    contact: given.contact,
    percent_bp: given.percent === undefined ? undefined : senOf(given.percent),
    copay_sen: given.copay === undefined ? undefined : senOf(given.copay),
    visit_cap_sen: senOrNull(given.visitCap),
    year_limit_sen: senOrNull(given.yearLimit),
    active: given.active,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as {
    [Column in keyof typeof all]?: Exclude<(typeof all)[Column], undefined>
  }
}

const taken = (error: unknown): unknown =>
  isDuplicateKey(error)
    ? new AppError('state/duplicate', {
        detail: 'Another panel has this code.',
        extra: { field: 'code' },
        cause: error,
      })
    : error

/** Adds a panel. Throws `state/duplicate`. */
export async function createPanel(deps: WriteDeps, input: PanelInput, who: Who): Promise<Panel> {
  const now = deps.clock.now()
  const row = {
    code: input.code,
    name: input.name,
    kind: input.kind,
    address: input.address ?? null,
    contact: input.contact ?? null,
    percent_bp: senOf(input.percent ?? '100.00'),
    copay_sen: senOf(input.copay ?? '0.00'),
    visit_cap_sen: senOrNull(input.visitCap) ?? null,
    year_limit_sen: senOrNull(input.yearLimit) ?? null,
    active: input.active ?? true,
  }
  try {
    return await writing(deps, PANELS, async (trx) => {
      const id = await insertPanel(trx, row, toSqlUtc(now))
      await writeAudit(trx, about(who, id, 'panels.create'), now)
      return { result: viewPanel({ ...row, id, active: row.active ? 1 : 0, version: 1 }) }
    })
  } catch (error) {
    throw taken(error)
  }
}

/** Changes a panel whose state the writer has seen. Throws `state/version`, `state/duplicate`, `not-found`. */
export async function editPanel(
  deps: WriteDeps,
  id: string,
  seen: Seen,
  changes: PanelChanges,
  who: Who,
): Promise<Panel> {
  const now = deps.clock.now()
  const columns = columnsOf(changes)
  try {
    return await writing(deps, PANELS, async (trx) => {
      const row = await findPanel(trx, id, { lock: true })
      if (row === undefined) throw new AppError('not-found')
      assertSeen(seen, row.version, viewPanel(row))
      const fields = Object.keys(columns)
      if (fields.length === 0) return { result: viewPanel(row) }
      await updatePanel(trx, id, columns, toSqlUtc(now))
      const version = row.version + 1
      await writeAudit(trx, { ...about(who, id, 'panels.update'), detail: { fields, version } }, now)
      const active = columns.active === undefined ? row.active : columns.active ? 1 : 0
      const next: PanelRow = { ...row, ...columns, active, version }
      return { result: viewPanel(next) }
    })
  } catch (error) {
    throw taken(error)
  }
}
