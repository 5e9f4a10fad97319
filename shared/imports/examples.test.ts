import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { judgePatient, type PatientValues } from '../patients/rules.ts'
import { compileMapping, suggestMapping } from './mapping.ts'
import { readChunks, readLayout, type SourceRow } from './reader.ts'
import { sniffFile } from './sniff.ts'
import { stageFile } from './stage.ts'

const DATA = path.join(import.meta.dirname, '../testing/data/import-examples')
/** Decided against other rows, which is not the row's own matter. */
const NOT_ROW_LEVEL = /^DUPLICATE_/

interface Answer {
  row: number
  line: number
  isAccepted: boolean
  reason: string
  column: string
}

async function answersOf(folder: string): Promise<Map<number, Answer>> {
  const lines = (await readFile(path.join(DATA, folder, 'answers.csv'), 'utf8'))
    .trim()
    .split(/\r?\n/)
    .filter((text) => text.startsWith('patients.csv,'))
  return new Map(
    lines.map((text) => {
      const [, row, line, , verdict, reason = '', column = ''] = text.split(',')
      return [
        Number(row),
        { row: Number(row), line: Number(line), isAccepted: verdict === 'accept', reason, column },
      ]
    }),
  )
}

const stored = (values: PatientValues) => Object.values(values).map((value) => value ?? '')

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'imports-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe.each([
  { name: 'csv', encoding: 'utf-8', delimiter: ',', rows: 400 },
  { name: 'csv-spreadsheet', encoding: 'windows-1252', delimiter: ';', rows: 200 },
])('the examples in $name', ({ name, encoding, delimiter, rows }) => {
  const read: SourceRow[] = []
  let map: ReturnType<typeof compileMapping>
  beforeAll(async () => {
    const source = path.join(DATA, name, 'patients.csv')
    const sniffed = await sniffFile(source)
    expect(sniffed).toMatchObject({ encoding, delimiter })
    const staged = await stageFile(source, path.join(folder, `${name}.csv`), { encoding: sniffed.encoding })
    const layout = await readLayout(staged, sniffed.delimiter)
    map = compileMapping('patients', layout.columns, suggestMapping('patients', layout.columns).mapping)
    for await (const chunk of readChunks(staged, layout, layout.start, { chunkRows: 37 }))
      read.push(...chunk.rows)
  })

  const judge = (row: SourceRow) =>
    row.problem
      ? { problems: [row.problem] }
      : judgePatient(map(row.cells), { strictness: 'strict', todayOn: '2026-11-24' })

  it('are read and judged row for row as answered', async () => {
    const answers = await answersOf(name)
    expect(read).toHaveLength(rows)
    let refused = 0
    for (const row of read) {
      const judged = judge(row)
      const answer = answers.get(row.row)
      if (answer) expect({ row: row.row, line: row.line }).toEqual({ row: answer.row, line: answer.line })
      const isAccepted = answer === undefined || answer.isAccepted || NOT_ROW_LEVEL.test(answer.reason)
      if (isAccepted) expect(judged, `row ${row.row}`).toHaveProperty('patient')
      else {
        refused++
        const codes =
          'problems' in judged ? judged.problems.map(({ code, column }) => `${code} ${column}`) : []
        expect(codes, `row ${row.row}`).toContain(`${answer?.reason} ${answer?.column}`)
      }
    }
    expect(refused).toBeGreaterThan(10)
  })

  it('are stored as the samples say', async () => {
    const samples = (await readFile(path.join(DATA, name, 'canonical-samples.ndjson'), 'utf8'))
      .trim()
      .split('\n')
      .filter((line) => line.includes('"file":"patients.csv"'))
    expect(samples.length).toBeGreaterThan(50)
    for (const sample of samples.map((line) => JSON.parse(line))) {
      const judged = judge(read[sample.data_row - 1] as SourceRow)
      const values = 'patient' in judged ? stored(judged.patient) : judged
      expect(values, `row ${sample.data_row}`).toEqual(Object.values(sample.record))
      expect(read[sample.data_row - 1]?.line).toBe(sample.line)
    }
  })
})
