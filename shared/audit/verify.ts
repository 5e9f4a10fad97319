import type { Knex } from '../db/connect.ts'
import type { Deps } from '../deps.ts'
import { toSqlUtc } from '../units/clock.ts'
import { entryColumns, entryHash, GENESIS, type StoredEntry, sealHash } from './hash.ts'

const PAGE_ROWS = 2000
const UNSEALED_MAX_MS = 5 * 60_000
/** A line that lay long in a spool is old when it arrives; it is a fault only when it is still unsealed after this. */
const SECOND_LOOK_AFTER_MS = 5000

/** How the check ended. `lastHash` is what to write down elsewhere: it also proves that no seals were cut off. */
export interface AuditVerdict {
  ok: boolean
  entries: number
  seals: number
  lastSealId: string | null
  lastHash: string
  /** What is wrong first, by number of entry and seal, never with contents. */
  fault?: { sealId: string | null; entryId: string | null; what: string }
}

export interface VerifyProgress {
  seals: number
  entries: number
  total: number
}

interface Seal {
  id: string
  at: string
  entries: number
  previous_hash: string
  hash: string
}

type Member = { audit_id: string; seal_id: string; entry_hash: string } & Partial<StoredEntry>

interface Walk extends AuditVerdict {
  nextSeal: bigint
}

/** Entries of the seals from one to another, in the order in which they were hashed. */
async function membersOf(db: Knex, first: Seal, last: Seal): Promise<Map<string, Member[]>> {
  const [rows] = (await db.raw(
    `select /* audit.verify-members */ s.audit_id, s.seal_id, s.entry_hash, ${entryColumns('e')}
      from audit_sealed s left join audit_entries e on e.id = s.audit_id
      where s.seal_id between ? and ? order by s.seal_id, s.audit_id`,
    [first.id, last.id],
  )) as [Member[]]
  const bySeal = new Map<string, Member[]>()
  for (const row of rows) {
    const list = bySeal.get(row.seal_id)
    if (list === undefined) bySeal.set(row.seal_id, [row])
    else list.push(row)
  }
  return bySeal
}

/** Runs of seals that together have about a page of entries: a quiet night makes thousands of tiny seals. */
function batches(seals: Seal[]): Seal[][] {
  const lists: Seal[][] = []
  let entries = Number.POSITIVE_INFINITY
  for (const seal of seals) {
    if (entries + Number(seal.entries) > PAGE_ROWS) {
      lists.push([])
      entries = 0
    }
    lists.at(-1)?.push(seal)
    entries += Number(seal.entries)
  }
  return lists
}

function sealFault(seal: Seal, members: Member[], walk: Walk): AuditVerdict['fault'] {
  const fault = (what: string, entryId: string | null = null) => ({ sealId: seal.id, entryId, what })
  if (BigInt(seal.id) !== walk.nextSeal) return fault(`seal ${walk.nextSeal} is missing`)
  if (seal.previous_hash !== walk.lastHash) return fault('the chain is broken before this seal')
  for (const member of members) {
    if (member.id === undefined || member.id === null) return fault('the entry is missing', member.audit_id)
    if (entryHash(member as StoredEntry) !== member.entry_hash)
      return fault('the entry was changed', member.audit_id)
  }
  if (members.length !== Number(seal.entries)) return fault('the seal has lost or gained entries')
  if (sealHash(seal.previous_hash, seal, members) !== seal.hash) return fault('the seal was changed')
  return undefined
}

/** The first entry above `after` that no seal holds and that is older than `before`, by pages of ids. */
async function firstUnsealed(db: Knex, before: string): Promise<string | null> {
  const top = BigInt(((await db('audit_entries').max({ id: 'id' }).first())?.id as string | null) ?? '0')
  for (let from = 0n; from < top; from += BigInt(PAGE_ROWS)) {
    const row = await db('audit_entries as e')
      .leftJoin('audit_sealed as s', 's.audit_id', 'e.id')
      .whereBetween('e.id', [String(from + 1n), String(from + BigInt(PAGE_ROWS))])
      .whereNull('s.audit_id')
      .where('e.at', '<', before)
      .orderBy('e.id')
      .first('e.id')
    if (row !== undefined) return row.id as string
  }
  return null
}

async function unsealedFault(db: Knex, now: Date, secondLookAfterMs: number): Promise<AuditVerdict['fault']> {
  const before = toSqlUtc(new Date(now.getTime() - UNSEALED_MAX_MS))
  if ((await firstUnsealed(db, before)) === null) return undefined
  await new Promise((resolve) => setTimeout(resolve, secondLookAfterMs))
  const entryId = await firstUnsealed(db, before)
  return entryId === null
    ? undefined
    : { sealId: null, entryId, what: 'the entry has not been sealed for more than five minutes' }
}

/**
 * Checks the whole audit: every seal against the one before it, every entry against its seal, and that nothing older
 * than five minutes is unsealed. Stops at the first fault and names it. Memory does not grow with the table.
 */
export async function verifyAudit(
  deps: Pick<Deps, 'db' | 'clock'>,
  onProgress: (progress: VerifyProgress) => void = () => undefined,
  secondLookAfterMs = SECOND_LOOK_AFTER_MS,
): Promise<AuditVerdict> {
  const total = Number((await deps.db('audit_sealed').count({ n: '*' }).first())?.n ?? 0)
  const walk: Walk = { ok: true, entries: 0, seals: 0, lastSealId: null, lastHash: GENESIS, nextSeal: 1n }
  for (;;) {
    const seals = (await deps
      .db('audit_seals')
      .where('id', '>', walk.lastSealId ?? '0')
      .orderBy('id')
      .limit(PAGE_ROWS)
      .select('id', 'at', 'entries', 'previous_hash', 'hash')) as Seal[]
    if (seals.length === 0) break
    for (const batch of batches(seals)) {
      const members = await membersOf(deps.db, batch[0] as Seal, batch.at(-1) as Seal)
      for (const seal of batch) {
        const own = members.get(seal.id) ?? []
        const fault = sealFault(seal, own, walk)
        if (fault !== undefined) return verdict({ ...walk, ok: false }, fault)
        walk.entries += own.length
        walk.seals++
        walk.lastSealId = seal.id
        walk.lastHash = seal.hash
        walk.nextSeal = BigInt(seal.id) + 1n
      }
    }
    onProgress({ seals: walk.seals, entries: walk.entries, total })
  }
  const orphan = await deps
    .db('audit_sealed')
    .where('seal_id', '>', walk.lastSealId ?? '0')
    .first('seal_id')
  if (orphan !== undefined)
    return verdict(
      { ...walk, ok: false },
      { sealId: orphan.seal_id, entryId: null, what: 'seals at the end are missing' },
    )
  const fault = await unsealedFault(deps.db, deps.clock.now(), secondLookAfterMs)
  return verdict({ ...walk, ok: fault === undefined }, fault)
}

const verdict = ({ nextSeal: _, ...walk }: Walk, fault: AuditVerdict['fault']): AuditVerdict =>
  fault === undefined ? walk : { ...walk, fault }
