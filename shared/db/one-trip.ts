import type { Knex } from './connect.ts'

/** A statement that has not been run, or plain SQL about the variables of the trip. */
export type Step = Knex.QueryBuilder | Knex.Raw | string

/**
 * Runs several writes of a transaction in one round trip, in order, and answers the row that the last step selects.
 * A round trip costs this process more than the server's work on most rows, and while one is under way the locks of
 * those before are held. `variables` are declared first (`name type`); steps use them as `trx.raw('name')`. A failing
 * step fails the trip with its own error, and the transaction with it.
 */
export async function inOneTrip<Row>(
  trx: Knex.Transaction,
  name: string,
  variables: readonly string[],
  steps: readonly Step[],
): Promise<Row> {
  const bindings: Knex.RawBinding[] = []
  const lines = steps.map((step) => {
    if (typeof step === 'string') return step
    const compiled = step.toSQL()
    bindings.push(...(compiled.bindings as Knex.RawBinding[]))
    return compiled.sql
  })
  const declared = variables.map((variable) => `declare ${variable}`)
  const sql = `/* ${name} */ begin not atomic ${[...declared, ...lines].join(';\n')};\nend`
  const [sets] = (await trx.raw(sql, bindings)) as unknown as [[Row[]]]
  return (sets[0]?.[0] ?? {}) as Row
}
