import { setTimeout as sleep } from 'node:timers/promises'
import { openPool } from './database.ts'

/**
 * Ends connections of the application to the database of a test at random, whatever they are doing, until told to stop;
 * answers how many. The application's account may end its own.
 */
export async function killConnections(
  { url, name }: { url: string; name: string },
  everyMs: number,
  signal: AbortSignal,
): Promise<number> {
  const killer = openPool(url, 1)
  let killed = 0
  for (; !signal.aborted; await sleep(everyMs)) {
    const [rows] = await killer.raw(
      'select id from information_schema.processlist where db = ? and id <> connection_id()',
      [name],
    )
    const victim = rows[Math.floor(Math.random() * rows.length)]
    if (victim === undefined) continue
    await killer.raw(`kill ${Number(victim.id)}`).catch(() => undefined)
    killed++
  }
  await killer.destroy()
  return killed
}
