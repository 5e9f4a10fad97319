import { reading } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import type { Principal } from '../rights/permissions.ts'
import { fromSqlUtc } from '../units/clock.ts'

const SHOWN_MAPPINGS = 100

/**
 * The latest earlier import of the very same file that this person may see, or null. Asked, never refused: sending a
 * file again is how a cut-off import is mended.
 */
export async function earlierWithFile(
  deps: Pick<Deps, 'db'>,
  principal: Principal,
  sha256: string,
  beforeNo?: number,
): Promise<string | null> {
  const query = deps.db('operations').where({ file_sha256: sha256, type: 'import' }).orderBy('no', 'desc')
  if (beforeNo !== undefined) query.where('no', '<', beforeNo)
  if (!principal.permissions.has('operations.all')) query.where({ created_by: principal.userId })
  const row = await reading(query.first('id'))
  return (row?.id as string | undefined) ?? null
}

/** Mappings of earlier imports, last used first. */
export async function rememberedMappings(deps: Pick<Deps, 'db'>) {
  const rows = await reading(
    deps
      .db('import_mappings')
      .select('kind', 'source', 'header', 'mapping', 'strictness', 'used_at')
      .orderBy('used_at', 'desc')
      .limit(SHOWN_MAPPINGS),
  )
  return rows.map((row) => ({
    kind: row.kind as string,
    source: row.source as string,
    columns: row.header as string[],
    mapping: row.mapping as Record<string, unknown>,
    strictness: row.strictness as string,
    usedAt: fromSqlUtc(row.used_at as string),
  }))
}

const SHOWN_KEPT = 1000

/** Rows that taking an import back has kept, with the reason; ids only, the first thousand. */
export async function keptRows(deps: Pick<Deps, 'db'>, operationNo: number) {
  const rows = await reading(
    deps
      .db('import_kept')
      .where({ operation_no: operationNo })
      .orderBy('row_id')
      .limit(SHOWN_KEPT)
      .select('kind', 'row_id', 'reason'),
  )
  return rows.map((row) => ({
    kind: row.kind as string,
    id: String(row.row_id),
    reason: row.reason as string,
  }))
}
