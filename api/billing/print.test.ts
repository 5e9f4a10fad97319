import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drainOnce } from '../../shared/audit/drain.ts'
import { testDataDir } from '../../shared/testing/harness.ts'
import { type BillingApi, startBillingApi } from './testing.ts'

let api: BillingApi

beforeAll(async () => {
  api = await startBillingApi()
  await api.openShift()
})
afterAll(() => api.close())

const print = (number: string, query = '') =>
  api.call('get', `/api/receipts/${number}.pdf${query}`, api.as.cashier).buffer(true)

/** The words of a PDF, where the machine has the tool that reads them. */
function wordsOf(pdf: Buffer): string | null {
  const path = join(testDataDir(), 'receipt.pdf')
  writeFileSync(path, pdf)
  try {
    return execFileSync('pdftotext', ['-layout', path, '-'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    }).toString()
  } catch {
    return null
  }
}

describe('a receipt on paper', () => {
  it('is printed once, then as copies, by whoever asks at the same time; each is in the audit', async () => {
    const { visitId } = await api.payable('45.02')
    const { number, id } = await api.paid(visitId, [{ method: 'cash', tendered: '50.00' }])
    const prints = await Promise.all([1, 2, 3, 4].map(() => print(number, '?language=en')))
    for (const { status, headers, body } of prints) {
      expect([status, headers['content-type']]).toEqual([200, 'application/pdf'])
      expect(headers['content-disposition']).toBe(`inline; filename="${number}.pdf"`)
      expect((body as Buffer).subarray(0, 5).toString()).toBe('%PDF-')
    }
    // the same receipt has the same bytes, but for the one that is the original
    const kinds = new Set(prints.map(({ body }) => (body as Buffer).toString('base64')))
    expect(kinds.size).toBe(2)
    // only files that are closed are drained
    await api.services.spool.close()
    await drainOnce(api.deps)
    const actions = await api.deps
      .db('audit_entries')
      .where({ entity: 'payment', entity_id: id })
      .pluck('action')
    expect(actions.filter((action) => action === 'receipts.print')).toHaveLength(1)
    expect(actions.filter((action) => action === 'receipts.reprint')).toHaveLength(3)
  })

  it('says in both languages what was paid and how', async () => {
    const { visitId } = await api.payable('45.02')
    const { number } = await api.paid(visitId, [{ method: 'cash', tendered: '50.00' }])
    const first = wordsOf((await print(number, '?language=en')).body)
    if (first === null) return
    for (const word of ['Receipt', number, '45.02', '-0.02', '45.00', 'Change', '5.00', 'Dressing'])
      expect(first).toContain(word)
    expect(first).not.toContain('COPY')
    const second = wordsOf((await print(number, '?language=ms&paper=roll80')).body) ?? ''
    for (const word of ['Resit', 'SALINAN', 'Tunai', 'Baki tunai']) expect(second).toContain(word)
  })

  it('is refused on other paper and in other languages', async () => {
    for (const query of ['?paper=A3', '?language=zh', '?copy=no'])
      expect((await print('R000001', query)).status).toBe(400)
    expect((await print('R999999')).status).toBe(404)
  })
})
