import { statfs } from 'node:fs/promises'
import { DateTime } from 'luxon'
import type { Config } from '../../shared/config/config.ts'
import type { Run } from '../runtime/context.ts'
import type { Step, Steps } from './run.ts'

/** Hours in which tables may be worked on when `QUIET_HOURS` does not say. */
const QUIET_BY_DEFAULT = '22:00-06:00'
/**
 * A statement about a table waits this long for those who use it, then lets go: while it waits, everybody who comes
 * after it waits too.
 */
const LOCK_WAIT_S = 2
/** Longest a single table may take. */
const STATEMENT_S = 1800
/** Rebuilding is worth it from this much empty room on, and when it is this share of the table. */
const EMPTY_BYTES = 32 * 1024 * 1024
const EMPTY_SHARE = 0.25
/** A rebuild needs the table's size once more; so much must stay free on top. */
const SPARE_TIMES = 2
const LOCK_TIMEOUT = /LOCK_WAIT|STATEMENT_TIMEOUT|QUERY_TIMEOUT|QUERY_INTERRUPTED/
const DENIED = /ACCESS_DENIED/

interface Table {
  name: string
  bytes: number
  empty: number
}

/** Whether a moment lies in the quiet hours of the clinic. */
export function isQuiet(config: Pick<Config, 'QUIET_HOURS' | 'TZ_CLINIC'>, now: Date): boolean {
  const [from = '', to = ''] = (config.QUIET_HOURS ?? QUIET_BY_DEFAULT).split('-')
  const time = DateTime.fromJSDate(now, { zone: config.TZ_CLINIC }).toFormat('HH:mm')
  return from <= to ? from <= time && time < to : time >= from || time < to
}

async function tablesOf({ deps }: Run): Promise<Table[]> {
  const rows = (await deps
    .db('information_schema.tables')
    .where({ table_schema: deps.db.raw('database()'), table_type: 'BASE TABLE' })
    .orderBy('table_name')
    .select({ name: 'table_name', bytes: 'data_length', empty: 'data_free' })) as {
    name: string
    bytes: string
    empty: string
  }[]
  return rows.map(({ name, bytes, empty }) => ({ name, bytes: Number(bytes), empty: Number(empty) }))
}

/** One statement about a table under both limits; what the server says of it comes as rows. */
async function about({ deps }: Run, verb: 'analyze' | 'optimize', name: string): Promise<void> {
  const limits = `set statement lock_wait_timeout=${LOCK_WAIT_S}, max_statement_time=${STATEMENT_S} for`
  const [rows] = (await deps.db.raw(`${limits} ${verb} no_write_to_binlog table ??`, [name])) as [
    { Msg_type: string; Msg_text: string }[],
  ]
  const fault = rows.find(({ Msg_type }) => Msg_type.toLowerCase() === 'error')
  if (fault !== undefined)
    throw Object.assign(new Error('The server refused a statement about a table'), {
      code: /denied/i.test(fault.Msg_text) ? 'ER_TABLEACCESS_DENIED_ERROR' : 'ER_LOCK_WAIT_TIMEOUT',
    })
}

function stepOf(run: Run, table: Table): Step {
  return {
    name: table.name,
    async run() {
      try {
        await about(run, 'analyze', table.name)
        if (table.empty < EMPTY_BYTES || table.empty < table.bytes * EMPTY_SHARE) return null
        const { bavail, bsize } = await statfs(run.deps.config.DATA_DIR)
        if (bavail * bsize < table.bytes * SPARE_TIMES)
          return `${table.name} not rebuilt: too little room on the disk.`
        await about(run, 'optimize', table.name)
        return `${table.name} rebuilt.`
      } catch (error) {
        const code = (error as { code?: string }).code ?? ''
        // in use: the next time will do
        if (LOCK_TIMEOUT.test(code)) return `${table.name} skipped: in use.`
        if (DENIED.test(code)) return null
        throw error
      }
    },
  }
}

/**
 * Task `optimize`: ANALYZE of each table, OPTIMIZE of those with much empty room. Outside the quiet hours it leaves the
 * rest for another time, unless it was asked for at any hour.
 */
export async function optimizeSteps(run: Run): Promise<Steps> {
  const { config, clock } = run.deps
  const anyHour = run.row.params.anyHour === true
  return {
    steps: (await tablesOf(run)).map((table) => stepOf(run, table)),
    stopBefore: () => (anyHour || isQuiet(config, clock.now()) ? null : 'the quiet hours are over'),
  }
}
