import { createHash, type Hash } from 'node:crypto'
import { Transform } from 'node:stream'

/** Rows of one table as a dump names them, in the order of its primary key, and a hash over all of them. */
export interface TableTally {
  name: string
  rows: number
  sha256: string
}

/** Looks at a dump that passes through it, unchanged. */
export interface RowMeter {
  stream: Transform
  rows(): number
  tables(): TableTally[]
  /** Whether the program wrote the line with which a whole dump ends. */
  isComplete(): boolean
}

const NEWLINE = 10
const OPEN = 40
const SEMICOLON = 59
const INSERT = 'INSERT INTO `'
const CREATE = 'CREATE TABLE `'
const END = '-- Dump completed'
const LONGEST_NAME_LINE = 200

/**
 * Counts and hashes the rows of each table in a dump of mariadb-dump, which writes one row a line and every line break
 * within a value as `\n`. So counts and hashes are of the dump's own snapshot, whatever is written beside it, and the
 * dump of a restored copy must give the very same. `onFirstTable` is called when the snapshot certainly stands.
 */
export function rowMeter(onFirstTable: () => void = () => undefined): RowMeter {
  const tallies = new Map<string, { rows: number; hash: Hash }>()
  let current: { rows: number; hash: Hash } | null = null
  let carried: Buffer[] = []
  let rows = 0
  let complete = false

  const nameIn = (line: string, prefix: string) => line.slice(prefix.length, line.indexOf('`', prefix.length))
  const readHead = (line: Buffer) => {
    const text = line.subarray(0, LONGEST_NAME_LINE).toString('utf8')
    if (text.startsWith(CREATE)) {
      if (tallies.size === 0) onFirstTable()
      tallies.set(nameIn(text, CREATE), { rows: 0, hash: createHash('sha256') })
    } else if (text.startsWith(INSERT)) current = tallies.get(nameIn(text, INSERT)) ?? null
    else if (text.startsWith(END)) complete = true
  }
  const readLine = (line: Buffer) => {
    if (current === null || line[0] !== OPEN) return readHead(line)
    // the last byte says only whether the statement goes on, which is no matter of the row
    current.hash.update(line.subarray(0, -1))
    current.rows++
    rows++
    if (line.at(-1) === SEMICOLON) current = null
  }
  const read = (chunk: Buffer) => {
    let from = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      const part = chunk.subarray(from, end)
      readLine(carried.length === 0 ? part : Buffer.concat([...carried, part]))
      carried = []
      from = end + 1
    }
    if (from < chunk.length) carried.push(chunk.subarray(from))
  }
  return {
    stream: new Transform({
      transform(chunk: Buffer, _encoding, done) {
        read(chunk)
        done(null, chunk)
      },
      flush(done) {
        if (carried.length > 0) readLine(Buffer.concat(carried))
        done()
      },
    }),
    rows: () => rows,
    tables: () =>
      [...tallies].map(([name, tally]) => ({
        name,
        rows: tally.rows,
        sha256: tally.hash.copy().digest('hex'),
      })),
    isComplete: () => complete,
  }
}
