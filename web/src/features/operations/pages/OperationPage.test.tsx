import { act, cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { forgetAnswers } from '../../../lib/http.ts'
import { setLanguage } from '../../../lib/i18n.ts'
import { drawPage } from '../../../testing.tsx'
import { applyEvent } from '../live.ts'
import { furtherOn, someOperation } from '../testing.ts'
import type { Operation } from '../types.ts'
import { OperationPage } from './OperationPage.tsx'

const asked: string[] = []
const badPhones = {
  code: 'BAD_PHONE',
  column: 'phone',
  message: 'm',
  count: 10,
  field: 'phone',
  canChange: true,
  canBeEmpty: true,
  canRunAgain: true,
  isDuplicate: false,
  examples: [{ row: 3, line: 4, value: '12' }],
  values: [{ value: '12', count: 10 }],
  valuesOf: 10,
}
let record: Operation

async function draw() {
  const drawn = await drawPage(<OperationPage />, '/imports/:id', `/imports/${record.id}`)
  await screen.findByRole('heading', { name: 'people.csv' })
  const tell = (name: string, entity: Operation) =>
    act(async () => {
      applyEvent(drawn.queries, { name, id: 'p-1-0', data: { entity } })
      // The cache tells its watchers in a timer of its own.
      await new Promise((resolve) => setTimeout(resolve, 5))
    })
  return { ...drawn, tell }
}

const percent = (): string | null =>
  screen.getByRole('progressbar', { name: 'Progress of people.csv' }).getAttribute('aria-valuenow')

beforeEach(() => {
  asked.length = 0
  forgetAnswers()
  sessionStorage.clear()
  record = someOperation({
    counts: { read: 400, inserted: 400, updated: 0, unchanged: 0, skipped: 0, rejected: 0 },
  })
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    asked.push(`${init.method} ${path}`)
    if (path.includes('/errors'))
      return Response.json({
        data: [
          {
            row: 3,
            line: 4,
            problems: [{ column: 'phone', code: 'BAD_PHONE', message: 'm' }],
            values: { name: 'Ali', phone: '12' },
          },
        ],
        meta: { page: 1, limit: 100, total: 1, totalPages: 1, next: null },
        byCode: { BAD_PHONE: 1 },
      })
    if (path.endsWith('/fixes')) return Response.json({ groups: [badPhones], fixes: [] })
    if (path.endsWith('/release'))
      return Response.json({ operation: { ...record, id: '0199-real', status: 'queued' } })
    if (init.method === 'POST')
      return Response.json({ operation: { ...record, cancelRequested: true, version: 9 } })
    return Response.json(record)
  })
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

describe('OperationPage', () => {
  it('follows the events without asking again, and never back', async () => {
    const { tell } = await draw()
    expect(percent()).toBe('40')
    await tell('operation.progress', furtherOn(record, 700, 8))
    expect(percent()).toBe('70')
    await tell('operation.progress', furtherOn(record, 500, 6))
    expect(percent()).toBe('70')
    expect(asked).toEqual([`GET /api/operations/${record.id}`])
  })

  it('shows counts that add up and the refused rows at the end', async () => {
    const { tell } = await draw()
    const counts = { read: 1000, inserted: 900, updated: 40, unchanged: 50, skipped: 0, rejected: 10 }
    await tell('operation.completed', { ...furtherOn(record, 1000, 9), status: 'completed', counts })
    expect(screen.getByText('1,000 read = 1,000 accounted for')).toBeTruthy()
    expect(await screen.findByText('Refused rows: 10')).toBeTruthy()
    expect(await screen.findByRole('button', { name: /Not a phone number/ })).toBeTruthy()
    const link = screen.getByRole('link', { name: 'Download as CSV' })
    expect(link.getAttribute('href')).toBe(`/api/operations/${record.id}/errors.csv`)
  })

  it('cancels once and says that it is stopping', async () => {
    await draw()
    fireEvent.click(screen.getByRole('button', { name: 'Cancel import' }))
    expect(await screen.findByText('Stopping after the rows in hand.')).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Cancel import' })).toBeNull()
    await waitFor(() => expect(asked.filter((one) => one.startsWith('POST'))).toHaveLength(1))
  })

  it('offers to continue what failed', async () => {
    record = someOperation({ status: 'failed', error: { code: 'unavailable/disk-full', status: 507 } })
    await draw()
    fireEvent.click(screen.getByRole('button', { name: 'Continue' }))
    await waitFor(() => expect(asked).toContain(`POST /api/operations/${record.id}/retry`))
  })

  it.each([
    ['operation/file-gone', 410, 'The uploaded file is no longer there. Send it again.'],
    ['import/bad-header', 422, 'The header on line 3 has more than 1000 columns.'],
  ])('does not offer to continue what can only fail again (%s)', async (code, status, text) => {
    record = someOperation({ status: 'failed', error: { code, status, title: 'x', detail: text } })
    await draw()
    expect(screen.getAllByText(text).length).toBeGreaterThan(0)
    expect(screen.queryByRole('button', { name: 'Continue' })).toBeNull()
    expect(screen.getByText(/Going on cannot help/)).toBeTruthy()
  })

  it('says in Malay what exactly is wrong with a file', async () => {
    const detail = 'The header on line 3 cannot be read: A quotation mark is opened and not closed.'
    record = someOperation({ status: 'failed', error: { code: 'import/bad-header', status: 422, detail } })
    await draw()
    await act(() => setLanguage('ms'))
    expect(
      await screen.findByText(/^Tajuk lajur pada baris 3 tidak dapat dibaca: Tanda petikan dibuka/),
    ).toBeTruthy()
    await act(() => setLanguage('en'))
  })

  it('lets a rehearsal be imported or closed', async () => {
    record = someOperation({ status: 'needs_review', params: { options: { dryRun: true } } })
    const { router } = await draw()
    expect(screen.getByText(/nothing was written/)).toBeTruthy()
    expect(screen.getByRole('button', { name: 'Close without importing' })).toBeTruthy()
    fireEvent.click(screen.getByRole('button', { name: 'Import for real' }))
    await waitFor(() => expect(asked).toContain(`POST /api/operations/${record.id}/release`))
    await waitFor(() => expect(router.state.location.pathname).toBe('/imports/0199-real'))
  })

  it('shows the last known state with its time while the server is away', async () => {
    const first = await draw()
    first.unmount()
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('failed')))
    await drawPage(<OperationPage />, '/imports/:id', `/imports/${record.id}`)
    expect(await screen.findByText(/^As of \d\d:\d\d$/, {}, { timeout: 5_000 })).toBeTruthy()
    expect(percent()).toBe('40')
  })
})
