import type { Knex } from '../db/connect.ts'
import { isConnectionLost, isDuplicateKey } from '../db/errors.ts'
import type { Deps } from '../deps.ts'
import { toSqlUtc } from '../units/clock.ts'
import { pause } from '../units/pause.ts'
import { entryColumns, entryHash, GENESIS, type StoredEntry, sealHash } from './hash.ts'
import { insertShown } from './shown.ts'

const SEAL_MAX_ENTRIES = 2000
const EVERY_MS = 1000
/** Every so many rounds the whole look-back window is searched for ids that were committed late. */
const WIDE_EVERY = 20
/** Longest a transaction may stay open between taking an audit id and its commit and still be found by a wide round. */
const LATE_COMMIT_MAX_MS = 10 * 60_000

type SealDeps = Pick<Deps, 'db' | 'clock' | 'log' | 'prefix'>

/**
 * The id above which unsealed entries are looked for. Narrow: the highest sealed one. Wide: the highest one of the
 * seal that was the last ten minutes ago, because every id given out since then is higher, however late its commit.
 */
async function floorId(trx: Knex, wide: boolean, now: Date): Promise<string> {
  if (!wide) {
    const top = await trx('audit_sealed').max({ id: 'audit_id' }).first()
    return (top?.id as string | null) ?? '0'
  }
  const seal = await trx('audit_seals')
    .where('at', '<=', toSqlUtc(new Date(now.getTime() - LATE_COMMIT_MAX_MS)))
    .orderBy('id', 'desc')
    .first('id')
  if (seal === undefined) return '0'
  const top = await trx('audit_sealed').where({ seal_id: seal.id }).max({ id: 'audit_id' }).first()
  return (top?.id as string | null) ?? '0'
}

async function unsealed(trx: Knex, above: string): Promise<StoredEntry[]> {
  const [rows] = (await trx.raw(
    `select /* audit.unsealed */ ${entryColumns('e')} from audit_entries e
      left join audit_sealed s on s.audit_id = e.id
      where e.id > ? and s.audit_id is null order by e.id limit ?`,
    [above, SEAL_MAX_ENTRIES],
  )) as [StoredEntry[]]
  return rows
}

async function appendSeal(trx: Knex, entries: StoredEntry[], at: string): Promise<void> {
  const last = await trx('audit_seals').orderBy('id', 'desc').first('id', 'hash')
  const id = String(BigInt((last?.id as string | undefined) ?? '0') + 1n)
  const previous = (last?.hash as string | undefined) ?? GENESIS
  const members = entries.map((entry) => ({ audit_id: entry.id, entry_hash: entryHash(entry) }))
  await trx('audit_seals').insert({
    id,
    at,
    entries: entries.length,
    previous_hash: previous,
    hash: sealHash(previous, { id, at }, members),
  })
  await trx('audit_sealed').insert(members.map((member) => ({ ...member, seal_id: id })))
  await insertShown(trx, entries)
}

/**
 * Appends one seal over the entries not sealed yet (at most {@link SEAL_MAX_ENTRIES}) and answers how many; 0 when
 * there are none or another process is sealing. Writers are never held up: entries join by membership, in whatever
 * order their transactions commit. The lock saves work; the seal's number, a primary key, is what keeps one chain.
 */
export async function sealOnce(deps: SealDeps, options: { wide?: boolean } = {}): Promise<number> {
  const lock = `${deps.prefix}:seal`
  try {
    return await deps.db.transaction(async (trx) => {
      const [[got]] = (await trx.raw('select get_lock(?, 0) as got /* audit.seal-lock */', [lock])) as [
        [{ got: number }],
      ]
      if (got.got !== 1) return 0
      try {
        const now = deps.clock.now()
        const entries = await unsealed(trx, await floorId(trx, options.wide ?? true, now))
        if (entries.length > 0) await appendSeal(trx, entries, toSqlUtc(now))
        return entries.length
      } finally {
        await trx.raw('do release_lock(?)', [lock])
      }
    })
  } catch (error) {
    if (isDuplicateKey(error)) return 0
    throw error
  }
}

/** Seals every second (or as told) until told to stop, at once again while there is a backlog. Never throws. */
export async function sealAudit(deps: SealDeps, signal: AbortSignal, everyMs = EVERY_MS): Promise<void> {
  for (let round = 0; !signal.aborted; round++) {
    let sealed = 0
    try {
      sealed = await sealOnce(deps, { wide: round % WIDE_EVERY === 0 })
    } catch (error) {
      if (!isConnectionLost(error)) deps.log.error({ err: error }, 'the audit cannot be sealed')
    }
    if (sealed < SEAL_MAX_ENTRIES) await pause(everyMs, signal)
  }
}
