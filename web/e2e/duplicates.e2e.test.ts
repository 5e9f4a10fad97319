import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { call, peopleHere, seriousFaults, signIn, uniqueName } from './lib.ts'

const DONE_MS = 120_000
const person = peopleHere()

interface Record {
  id: string
  name: string
}

const HEADER = 'external_id,name,id_type,id_number,date_of_birth,gender,phone,registered_at\n'
let serial = Date.now() % 10_000_000
const row = (name: string, day: string): string =>
  `E2E${++serial},${name},PASSPORT,E${serial},${day},F,012${String(serial % 10_000_000).padStart(7, '0')},2024-02-29\n`

/** Two who are in the file, and an import in which both come again, beside somebody new. */
async function importTwice(page: Page): Promise<{ one: Record; two: Record; id: string }> {
  const register = (name: string, dateOfBirth: string): Promise<Record> =>
    call(page, 'POST', '/api/patients', { name, dateOfBirth })
  const one = await register(uniqueName('Rohani Kembar'), '1971-04-23')
  const two = await register(uniqueName('Salmah Kembar'), '1972-05-24')
  const text =
    HEADER + row(one.name, '1971-04-23') + row(two.name, '1972-05-24') + row(uniqueName('Zul'), '1973-06-25')
  const answer = await page.request.post('/api/imports', {
    headers: { 'X-Requested-With': 'clinic' },
    multipart: {
      kind: 'patients',
      options: JSON.stringify({ source: uniqueName('twice').replaceAll(' ', '-') }),
      file: { name: 'twice.csv', mimeType: 'text/csv', buffer: Buffer.from(text) },
    },
  })
  expect(answer.status(), await answer.text()).toBe(202)
  return { one, two, id: (await answer.json()).operation.id }
}

/** The card of a pair, by a name in it. */
const cardOf = (page: Page, { name }: Record) => page.locator('[data-pair]', { hasText: name })

describe('the desk of duplicates', () => {
  it('shows pairs, takes decisions by keys, carries them out and splits again', async () => {
    const { page, faults } = await person()
    await signIn(page)
    const { one, two, id } = await importTwice(page)
    await page.goto(`/imports/${id}`)
    await page.locator('#main [data-status=completed]').waitFor({ timeout: DONE_MS })
    await page.getByRole('link', { name: 'Possible duplicates' }).click()
    await page.getByRole('button', { name: 'Look for duplicates' }).dblclick()
    await cardOf(page, one).waitFor({ timeout: DONE_MS })
    await cardOf(page, two).waitFor()
    expect(await page.locator('[data-pile=probable]').textContent()).toBe('2')
    expect(await page.locator('[data-pile=new]').textContent()).toBe('1')
    expect(await seriousFaults(page)).toEqual([])

    // the first is put together, the second kept apart: both by keys, and a reload loses nothing
    const first = await page.locator('[data-pair]').first().getAttribute('data-pair')
    const merged = (await page.locator('[data-pair]').first().textContent())?.includes(one.name) ? one : two
    await page.locator(`[data-pair="${first}"] table`).waitFor()
    await page.keyboard.press('m')
    await page.locator('[data-pair]:focus').waitFor()
    await page.locator(`[data-pair="${first}"] [data-decision=merge]`).waitFor()
    await page.keyboard.press('n')
    await page.getByText('2 decisions, not carried out yet').waitFor()
    await page.reload()
    await page.getByText('2 decisions, not carried out yet').waitFor()
    await page.getByRole('button', { name: 'Carry out' }).dblclick()

    await page.locator('[data-list=merged]').click({ timeout: DONE_MS })
    await cardOf(page, merged).waitFor()
    await page.getByRole('button', { name: 'Split again' }).click()
    await page.getByText('These two were split again.').waitFor()
    const found = await call<{ data: Record[] }>(page, 'POST', '/api/patients/search', { query: merged.name })
    expect(found.data).toHaveLength(2)
    await page.locator('[data-list=kept]').click()
    await cardOf(page, merged === one ? two : one).waitFor()
    expect(faults).toEqual([])
  })

  it('decides about all at once, after a question, on a phone and in Malay', async () => {
    const { page } = await person({ width: 390, height: 800, language: 'ms' })
    await signIn(page)
    const { one, two, id } = await importTwice(page)
    await page.goto(`/imports/${id}/duplicates`)
    await page.getByRole('button', { name: 'Cari pendua' }).click({ timeout: DONE_MS })
    await cardOf(page, one).waitFor({ timeout: DONE_MS })
    await page.getByRole('button', { name: 'Putuskan untuk semua' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Ya, untuk semua' }).click()
    await page.locator('[data-list=merged]').click({ timeout: DONE_MS })
    for (const each of [one, two]) {
      await cardOf(page, each).waitFor({ timeout: DONE_MS })
      const found = await call<{ data: Record[] }>(page, 'POST', '/api/patients/search', { query: each.name })
      expect(found.data).toHaveLength(1)
    }
    expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true)
  })
})
