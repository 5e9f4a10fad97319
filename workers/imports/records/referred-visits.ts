import type { Context } from './kind.ts'

/** An imported visit that rows refer to. */
export interface ReferredVisit {
  id: string
  /** ISO 8601 in UTC. */
  visitAt: string
  totalSen: number
  /** What imported payments have paid of it. */
  paidSen: number
}

interface Row {
  id: string | number
  external_id: string
  visit_at: string
  total_sen: number | string
  paid_sen: number | string
}

/** Imported visits of a source by their external IDs, held until the piece is committed. */
export async function visitsOf(
  { trx, source }: Pick<Context, 'trx' | 'source'>,
  externalIds: readonly string[],
): Promise<Map<string, ReferredVisit>> {
  if (externalIds.length === 0) return new Map()
  const rows = (await trx('imported_visits')
    .comment('imports.visits-of')
    .where({ source })
    .whereIn('external_id', [...externalIds])
    .orderBy('id')
    .forUpdate()
    .select('id', 'external_id', 'visit_at', 'total_sen', 'paid_sen')) as Row[]
  return new Map(
    rows.map((row) => [
      row.external_id,
      {
        id: String(row.id),
        visitAt: `${row.visit_at.replace(' ', 'T')}Z`,
        totalSen: Number(row.total_sen),
        paidSen: Number(row.paid_sen),
      },
    ]),
  )
}
