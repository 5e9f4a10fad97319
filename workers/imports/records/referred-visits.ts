import type { Looking } from './kind.ts'
import { NOT_STORED, rehearsedBeside } from './referred.ts'

/** An imported visit that rows refer to. */
export interface ReferredVisit {
  id: string
  version: string
  /** ISO 8601 in UTC. */
  visitAt: string
  visitedOn: string
  totalSen: number
  /** What imported payments have paid of it. */
  paidSen: number
  /** Id; `0`: nobody. */
  doctorId: string
}

const NOT_YET = { ...NOT_STORED, visitedOn: '', totalSen: 0, paidSen: 0, doctorId: '0' } as const

type Row = [
  id: string | number,
  externalId: string,
  version: number,
  visitAt: string,
  visitedOn: string,
  totalSen: number | string,
  paidSen: number | string,
  doctorId: string | number,
]

/** Imported visits of a source by their external IDs. */
export async function visitsOf(
  looking: Looking,
  externalIds: readonly string[],
): Promise<Map<string, ReferredVisit>> {
  const { trx, source, isHeld } = looking
  if (externalIds.length === 0) return new Map()
  const [rows] = (await trx
    .raw(
      `/* imports.visits-of */ select i.id, i.external_id, i.version, i.visit_at, i.visited_on, i.total_sen, i.paid_sen,
         ifnull(v.doctor_id, 0)
       from imported_visits i left join visits v on v.imported_id = i.id
       where i.source = ? and i.external_id in (?) ${isHeld ? 'order by i.id for update' : ''}`,
      [source, externalIds as string[]],
    )
    .options({ rowsAsArray: true })) as unknown as [Row[]]
  const found = new Map(
    rows.map(([id, externalId, version, visitAt, visitedOn, totalSen, paidSen, doctorId]) => [
      externalId,
      {
        id: String(id),
        version: String(version),
        visitAt: `${visitAt.replace(' ', 'T')}Z`,
        visitedOn,
        totalSen: Number(totalSen),
        paidSen: Number(paidSen),
        doctorId: String(doctorId),
      },
    ]),
  )
  for (const [externalId, visitAt] of await rehearsedBeside(looking, 'visits', externalIds, found))
    found.set(externalId, { ...NOT_YET, visitAt: visitAt ?? '' })
  return found
}
