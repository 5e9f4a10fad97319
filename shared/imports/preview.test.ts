import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import iconv from 'iconv-lite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { previewFile } from './preview.ts'
import { importPreview } from './schema.ts'
import { templateCsv } from './template.ts'

const DATA = path.join(import.meta.dirname, '../testing/data')
const todayOn = '2026-11-24'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'preview-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function file(content: string | Buffer): Promise<string> {
  const name = path.join(folder, 'file.csv')
  await writeFile(name, content)
  return name
}

describe('a preview', () => {
  it('shows a file of ours as it would be stored', async () => {
    const source = path.join(DATA, 'import-examples/csv-spreadsheet/patients.csv')
    const preview = await previewFile(source, { kind: 'patients', todayOn })
    expect(importPreview.parse(preview)).toEqual(preview)
    expect(preview).toMatchObject({
      format: 'csv',
      encoding: 'windows-1252',
      delimiter: ';',
      lineEnd: 'crlf',
      strictness: 'strict',
      missing: [],
      rowsChecked: 200,
      problemsByCode: { NAME_CONTROL_CHAR: 1, MISSING_PHONE: 2, BAD_NRIC_PLACE: 2 },
    })
    expect(preview.rows).toHaveLength(20)
    expect(preview.rows[0]).toMatchObject({
      row: 1,
      line: 2,
      values: { phone: '+601179585263' },
      problems: [],
    })
    expect(preview.rows[3]?.problems.map(({ code }) => code)).toEqual(['NAME_CONTROL_CHAR'])
  })

  it.each(['synthea', 'openmrs'])('suggests lenient for %s, with every row accepted', async (name) => {
    const preview = await previewFile(path.join(DATA, name, 'patients.csv'), { kind: 'patients', todayOn })
    expect(preview).toMatchObject({ strictness: 'lenient', problemsByCode: {}, missing: [] })
    expect(preview.rows.every(({ values }) => values.name !== null && values.date_of_birth !== null)).toBe(
      true,
    )
  })

  it('suggests lenient where strict would refuse most', async () => {
    const header = templateCsv('patients')
    const row = 'P1,Ann,SSN,999-17-5017,1990-05-17,F,555-148-5235,,,,,,,2024-01-01,\r\n'
    const preview = await previewFile(await file(header + row.repeat(3)), { kind: 'patients', todayOn })
    expect(preview).toMatchObject({ strictness: 'lenient', problemsByCode: {} })
    expect(preview.rows[0]?.leftOut).toEqual(['id_type', 'id_number', 'phone'])
    const strict = await previewFile(await file(header + row), {
      kind: 'patients',
      todayOn,
      options: { strictness: 'strict' },
    })
    expect(strict).toMatchObject({ strictness: 'strict', problemsByCode: { BAD_ID_TYPE: 1, BAD_PHONE: 1 } })
  })

  it('names what is missing instead of failing', async () => {
    const preview = await previewFile(await file('who,sex\nAnn,F\n'), { kind: 'patients', todayOn })
    expect(preview).toMatchObject({ columns: ['who', 'sex'], missing: ['name'], mapping: { gender: 'sex' } })
    const mapped = await previewFile(await file('who,sex\nAnn,F\n'), {
      kind: 'patients',
      options: { mapping: { name: 'who' } },
    })
    expect(mapped).toMatchObject({ missing: [], problemsByCode: {} })
    const wrong = previewFile(await file('who\nAnn\n'), {
      kind: 'patients',
      options: { mapping: { name: 'whom' } },
    })
    await expect(wrong).rejects.toMatchObject({ code: 'import/bad-mapping' })
  })

  it('has no rows for a template', async () => {
    const preview = await previewFile(await file(templateCsv('patients')), { kind: 'patients' })
    expect(preview).toMatchObject({ strictness: 'strict', rows: [], rowsChecked: 0, missing: [] })
  })

  it('looks at the beginning of a large file only, and not at a row that it sees half of', async () => {
    const rows = `${'x'.repeat(4_000)},Ann\n`.repeat(3_000)
    for (const bytes of [
      Buffer.from(`remarks,name\n${rows}`),
      iconv.encode(`remarks,name\n${rows}`, 'utf-16le'),
    ]) {
      const preview = await previewFile(await file(bytes), {
        kind: 'patients',
        options: { mapping: { remarks: { value: '' } } },
      })
      expect(preview.problemsByCode).toEqual({})
      expect(preview.rowsChecked).toBeGreaterThan(200)
    }
  })
})
