import type { Knex } from '../../../shared/db/connect.ts'
import { ChunkConflict } from '../../runtime/bulk-work.ts'

/**
 * Rows that a guess was made from, by their versions. Versions only ever rise: as long as their sum over the same rows
 * is what it was, each is what it was.
 */
export class Versions {
  readonly #byId = new Map<string, string>()

  add(id: string, version: string): void {
    this.#byId.set(id, version)
  }

  /** Holds the rows until the transaction ends; throws {@link ChunkConflict} when one of them has changed or is gone. */
  async hold(trx: Knex.Transaction, table: string, condition = '1 = 1'): Promise<void> {
    if (this.#byId.size === 0) return
    let expected = 0
    for (const version of this.#byId.values()) expected += Number(version)
    const [[found]] = (await trx.raw(
      `/* imports.hold */ select count(*) as n, sum(version) as versions from ?? where id in (?) and ${condition}
       lock in share mode`,
      [table, [...this.#byId.keys()]],
    )) as [[{ n: number | string; versions: number | string }]]
    if (Number(found.n) !== this.#byId.size || Number(found.versions) !== expected)
      throw new ChunkConflict('what rows refer to has changed')
  }
}
