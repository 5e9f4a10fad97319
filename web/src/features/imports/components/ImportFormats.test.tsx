import { act, cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { drawPage } from '../../../testing.tsx'
import type { Preview } from '../types.ts'
import { ImportSetup } from './ImportSetup.tsx'

const KIND = {
  kind: 'patients',
  fields: [{ name: 'name', required: true, format: '', example: '' }],
}
const FHIR: Preview = {
  format: 'ndjson',
  encoding: null,
  delimiter: null,
  lineEnd: null,
  columns: ['external_id', 'name'],
  mapping: { name: 'name' },
  missing: [],
  strictness: 'strict',
  rows: [{ row: 1, line: 1, values: { name: 'Ali' }, leftOut: [], problems: [] }],
  rowsChecked: 1,
  problemsByCode: {},
  sameFileAs: null,
}

interface Sent {
  path: string
  form: FormData
  answer(status: number, body: unknown): Promise<void>
}
const sent: Sent[] = []

class FakeRequest {
  upload = { onprogress: null }
  onload: (() => void) | null = null
  status = 0
  responseText = ''
  #path = ''
  open(_method: string, path: string): void {
    this.#path = path
  }
  setRequestHeader(): void {}
  getResponseHeader(): null {
    return null
  }
  abort(): void {}
  send(form: FormData): void {
    const answer = (status: number, body: unknown) =>
      act(async () => {
        this.status = status
        this.responseText = JSON.stringify(body)
        this.onload?.()
      })
    sent.push({ path: this.#path, form, answer })
  }
}

async function draw(file: File) {
  await drawPage(<ImportSetup kind={KIND} file={file} onOther={() => {}} />, '/new', '/new')
  await waitFor(() => expect(sent).toHaveLength(1))
}

beforeEach(() => {
  sent.length = 0
  vi.stubGlobal('XMLHttpRequest', FakeRequest)
  vi.stubGlobal('fetch', async () => Response.json({ data: [] }))
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

describe('the format of a file', () => {
  it('of a workbook needs the whole of it for a preview', async () => {
    await draw(new File([new Uint8Array(5 * 1024 * 1024)], 'big.XLSX'))
    expect((sent[0]?.form.get('file') as File | undefined)?.size).toBe(5 * 1024 * 1024)
    expect(sent[0]?.form.get('format')).toBeNull()
  })

  it('FHIR has no columns to map and no encoding, and is started without a mapping', async () => {
    await draw(new File(['{}'], 'p.ndjson'))
    await sent[0]?.answer(200, FHIR)
    expect(screen.getByText(/FHIR says itself what is what/)).toBeTruthy()
    expect(screen.queryByText('Which column is what')).toBeNull()
    expect(screen.queryByRole('combobox', { name: 'Encoding' })).toBeNull()
    fireEvent.click(screen.getByRole('button', { name: 'Start import' }))
    const options = JSON.parse(String(sent[1]?.form.get('options')))
    expect(options).toEqual({ strictness: 'strict' })
  })

  it('can be chosen where it was not found out, and is sent', async () => {
    await draw(new File(['x'], 'strange'))
    await sent[0]?.answer(422, { code: 'import/not-a-table' })
    fireEvent.click(screen.getByRole('combobox', { name: 'Format' }))
    fireEvent.click(await screen.findByRole('option', { name: /NDJSON/ }))
    await waitFor(() => expect(sent).toHaveLength(2))
    expect(sent[1]?.form.get('format')).toBe('ndjson')
    await sent[1]?.answer(200, FHIR)
    fireEvent.click(screen.getByRole('button', { name: 'Start import' }))
    expect(sent[2]?.path).toBe('/api/imports')
    expect(sent[2]?.form.get('format')).toBe('ndjson')
  })
})
