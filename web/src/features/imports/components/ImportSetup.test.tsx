import { act, cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { drawPage } from '../../../testing.tsx'
import { someOperation } from '../../operations/testing.ts'
import type { EarlierMapping, Preview } from '../types.ts'
import { ImportSetup } from './ImportSetup.tsx'

const KIND = {
  kind: 'patients',
  fields: [
    { name: 'name', required: true, format: '', example: '' },
    { name: 'phone', required: true, format: '', example: '' },
  ],
}
const PREVIEW: Preview = {
  format: 'csv',
  encoding: 'windows-1252',
  delimiter: ';',
  lineEnd: 'crlf',
  columns: ['NAMA', 'TEL', 'UMUR'],
  mapping: { name: 'NAMA', phone: 'TEL' },
  missing: [],
  strictness: 'strict',
  rows: [
    { row: 1, line: 2, values: { name: 'Ali', phone: '+60123' }, leftOut: [], problems: [] },
    {
      row: 2,
      line: 3,
      values: { name: 'Siti', phone: 'x' },
      leftOut: [],
      problems: [{ column: 'phone', code: 'BAD_PHONE', message: 'm' }],
    },
  ],
  rowsChecked: 2,
  problemsByCode: { BAD_PHONE: 1 },
  sameFileAs: null,
}

const EARLIER = [
  earlier({ columns: ['NAMA', 'TEL', 'UMUR'], mapping: { name: 'NAMA', phone: 'UMUR' } }),
  earlier({ columns: ['NAME'], mapping: { name: 'NAME' } }),
  earlier({ kind: 'visits', columns: ['NAMA'], mapping: { name: 'NAMA' } }),
]

function earlier(change: Partial<EarlierMapping>): EarlierMapping {
  return {
    ...{ kind: 'patients', source: 'old-system', columns: [], mapping: {}, strictness: 'lenient' },
    usedAt: '2026-11-20T02:00:00Z',
    ...change,
  }
}

interface Sent {
  path: string
  form: FormData
  key: string | undefined
  answer: (status: number, body: unknown) => Promise<void>
}
const sent: Sent[] = []

class FakeRequest {
  upload: { onprogress: ((event: { loaded: number; total: number }) => void) | null } = { onprogress: null }
  onload: (() => void) | null = null
  onabort: (() => void) | null = null
  status = 0
  responseText = ''
  private path = ''
  private readonly headers = new Map<string, string>()
  open(_method: string, path: string): void {
    this.path = path
  }
  setRequestHeader(name: string, value: string): void {
    this.headers.set(name, value)
  }
  getResponseHeader(): null {
    return null
  }
  abort(): void {
    this.onabort?.()
  }
  send(form: FormData): void {
    const answer = (status: number, body: unknown): Promise<void> =>
      act(async () => {
        this.status = status
        this.responseText = JSON.stringify(body)
        this.onload?.()
      })
    sent.push({ path: this.path, form, key: this.headers.get('Idempotency-Key'), answer })
  }
}

const optionsOf = (one: Sent | undefined) => JSON.parse(String(one?.form.get('options')))

async function draw(file: File) {
  const drawn = await drawPage(<ImportSetup kind={KIND} file={file} onOther={() => {}} />, '/new', '/new')
  await waitFor(() => expect(sent).toHaveLength(1))
  return drawn
}

beforeEach(() => {
  sent.length = 0
  vi.stubGlobal('XMLHttpRequest', FakeRequest)
  vi.stubGlobal('fetch', async () => Response.json({ data: EARLIER }))
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

describe('ImportSetup', () => {
  it('sends only the beginning of the file for the preview', async () => {
    await draw(new File([new Uint8Array(5 * 1024 * 1024)], 'big.csv'))
    expect(sent[0]?.path).toBe('/api/imports/preview')
    expect((sent[0]?.form.get('file') as File | undefined)?.size).toBe(4 * 1024 * 1024)
    expect([...(sent[0]?.form.keys() ?? [])]).toEqual(['kind', 'options', 'file'])
  })

  it('shows what was found and the fault in its cell', async () => {
    await draw(new File(['a'], 'people.csv'))
    await sent[0]?.answer(200, PREVIEW)
    expect(screen.getAllByText('WINDOWS-1252').length).toBeGreaterThan(0)
    const cell = screen.getByText('Not a phone number').closest('td')
    expect(cell?.textContent).toContain('x')
    expect(cell?.dataset.fault).toBe('true')
    expect(screen.getByText('Not read: UMUR')).toBeTruthy()
  })

  it('offers how an earlier file with these columns was mapped', async () => {
    await draw(new File(['a'], 'people.csv'))
    await sent[0]?.answer(200, PREVIEW)
    fireEvent.click(await screen.findByRole('combobox', { name: 'Use the columns of an earlier import' }))
    const options = await screen.findAllByRole('option', { name: /old-system/ })
    expect(options).toHaveLength(1)
    fireEvent.click(options[0] as HTMLElement)
    await waitFor(() => expect(sent).toHaveLength(2))
    expect(optionsOf(sent[1])).toMatchObject({
      strictness: 'lenient',
      mapping: { name: 'NAMA', phone: 'UMUR' },
    })
  })

  it('starts once on a double click, with everything that was shown', async () => {
    const { router } = await draw(new File(['a'], 'people.csv'))
    await sent[0]?.answer(200, PREVIEW)
    const start = screen.getByRole('button', { name: 'Start import' })
    fireEvent.click(start)
    fireEvent.click(start)
    const uploads = sent.filter((one) => one.path === '/api/imports')
    expect(uploads).toHaveLength(1)
    expect(uploads[0]?.key).toBeTruthy()
    expect(optionsOf(uploads[0])).toMatchObject({
      strictness: 'strict',
      mapping: { name: 'NAMA', phone: 'TEL' },
    })
    await uploads[0]?.answer(202, { operation: someOperation(), sameFileAs: null })
    await waitFor(() => expect(router.state.location.pathname).toBe('/imports/0199-a'))
  })

  it('uses the same key when the answer was lost and the same thing is sent again', async () => {
    await draw(new File(['a'], 'people.csv'))
    await sent[0]?.answer(200, PREVIEW)
    fireEvent.click(screen.getByRole('button', { name: 'Start import' }))
    await sent[1]?.answer(503, { code: 'unavailable/busy' })
    fireEvent.click(await screen.findByRole('button', { name: 'Start import' }))
    expect(sent[2]?.key).toBe(sent[1]?.key)
  })

  it('cannot start while a needed field has no source', async () => {
    await draw(new File(['a'], 'people.csv'))
    await sent[0]?.answer(200, { ...PREVIEW, mapping: { name: 'NAMA', phone: { value: '' } } })
    expect(screen.getByText(/Say where these come from.*Phone/)).toBeTruthy()
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Start import' }).disabled).toBe(true)
  })

  it('says what is wrong with a file that cannot be read', async () => {
    await draw(new File(['a'], 'photo.csv'))
    await sent[0]?.answer(422, { code: 'import/not-a-table' })
    expect(screen.getByRole('alert').textContent).toContain('not a text file with rows and columns')
  })
})
