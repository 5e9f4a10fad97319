import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { textRow, workbookParts, zipBytes } from '../../shared/imports/formats/testing.ts'
import { call, FILES, go, peopleHere, search, searchBox, signIn, uniqueName } from './lib.ts'

/** The examples in shared/testing/data: their answers name 41 refused rows of 400. */
const EXAMPLES = { read: 400, rejected: 41 }
const DONE_MS = 180_000

const person = peopleHere()

/** The number beside a word of the counts. */
async function count(page: Page, part: string): Promise<number> {
  return Number((await page.locator(`[data-count=${part}]`).textContent())?.replaceAll(',', ''))
}

async function startImport(page: Page, file: URL): Promise<void> {
  await page.goto('/imports/new')
  await page.locator('input[type=file]').setInputFiles(file.pathname)
  await page.locator('#main table').first().waitFor()
  await page.getByRole('button', { name: 'Start import' }).dblclick()
  await page.waitForURL(/\/imports\/[0-9a-f-]{36}$/)
}

describe('import', () => {
  it('runs live to the end through a reload and in a second tab, and finds the people', async () => {
    const { page, context, faults } = await person()
    await signIn(page)
    await startImport(page, FILES.examples)
    const second = await context.newPage()
    await second.goto(page.url())
    await page.reload()
    for (const tab of [page, second])
      await tab.locator('#main [data-status=completed]').waitFor({ timeout: DONE_MS })
    expect(await count(page, 'rejected')).toBe(EXAMPLES.rejected)
    expect(await count(second, 'rejected')).toBe(EXAMPLES.rejected)
    const parts = ['inserted', 'updated', 'unchanged', 'skipped', 'rejected']
    const sum = (await Promise.all(parts.map((part) => count(page, part)))).reduce((all, one) => all + one, 0)
    expect(sum).toBe(EXAMPLES.read)
    await page.getByText(`Refused rows: ${EXAMPLES.rejected}`).waitFor()
    await page.getByRole('button', { name: /An NRIC has 12 digits/ }).click()
    await page
      .getByRole('table', { name: 'Refused rows' })
      .getByText('An NRIC has 12 digits')
      .first()
      .waitFor()
    const download = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Download as CSV' }).click()
    expect((await download).suggestedFilename()).toMatch(/\.csv$/)
    await search(page, 'intan pauz', /Intan binti Pauzi Shahrul/)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Intan binti Pauzi Shahrul' }).waitFor()
    expect(page.url()).not.toContain('intan')
    expect(faults).toEqual([])
  })

  it('suggests lenient rules for a foreign file and lets the mapping be corrected', async () => {
    const { page } = await person()
    await signIn(page)
    await page.goto('/imports/new')
    await page.locator('input[type=file]').setInputFiles(FILES.synthea.pathname)
    await page.getByText('“Lenient” is suggested').waitFor()
    const field = page.getByRole('combobox', { name: 'Company or panel comes from' })
    await field.click()
    await page.getByRole('option', { name: 'The same for every row…' }).click()
    await page.getByLabel('Company or panel comes from: the value').fill('Panel Synthea')
    await page
      .getByRole('row', { name: /Company or panel/ })
      .getByText('Panel Synthea')
      .first()
      .waitFor()
    await page.getByRole('switch', { name: /Rehearsal/ }).check()
    await page.getByRole('button', { name: 'Start rehearsal' }).click()
    await page.locator('#main [data-status=needs_review]').waitFor({ timeout: DONE_MS })
    await page.getByText('The rehearsal is done and nothing was written').waitFor()
  })

  it('reads a workbook: its format is found, its columns are mapped, its rows come in', async () => {
    const { page, faults } = await person()
    await signIn(page)
    const mark = `Wb${Date.now().toString(36)}`
    const rows = [1, 2].map((row) => textRow(row + 1, `${mark}-${row}`, `${mark} Orang ${row}`))
    await page.goto('/imports/new')
    await page.locator('input[type=file]').setInputFiles({
      name: 'two.xlsx',
      mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      buffer: await zipBytes(workbookParts(textRow(1, 'external_id', 'name') + rows.join(''))),
    })
    await page.getByText('Excel workbook (.xlsx)').first().waitFor()
    await page.getByRole('row', { name: /^Name/ }).getByText(`${mark} Orang 1`).first().waitFor()
    await page.getByRole('button', { name: 'Start import' }).click()
    await page.locator('#main [data-status=completed]').waitFor({ timeout: DONE_MS })
    expect(await count(page, 'inserted')).toBe(2)
    expect(faults).toEqual([])
  })

  it('takes an import back when it is told so and has asked', async () => {
    const { page } = await person()
    await signIn(page)
    const mark = `Zz${Date.now().toString(36)}`
    const rows = [1, 2, 3].map((row) => `${mark}-${row},${mark} Orang ${row}`)
    await page.goto('/imports/new')
    await page.locator('input[type=file]').setInputFiles({
      name: 'three.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(['external_id,name', ...rows].join('\n')),
    })
    await page.getByRole('button', { name: 'Start import' }).click()
    await page.locator('#main [data-status=completed]').waitFor({ timeout: DONE_MS })
    expect(await count(page, 'inserted')).toBe(3)
    await page.getByRole('button', { name: 'Undo import' }).click()
    await page.getByRole('button', { name: 'Undo it' }).click()
    await page.locator('#main [data-status=undone]').waitFor({ timeout: DONE_MS })
    await page.getByText('Taken back: 3 removed').waitFor()
    await searchBox(page, mark)
    await page.getByText('Nobody found.').waitFor()
  })

  it('goes by keyboard alone from sign-in to a patient', async () => {
    const { page } = await person()
    await signIn(page)
    const name = uniqueName('Heng Kah')
    await call(page, 'POST', '/api/patients', { name })
    await go(page, 'i', 'Imports')
    await page.keyboard.press('n')
    await page.getByRole('heading', { name: 'New import' }).waitFor()
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await page.keyboard.press('Control+k')
    await page.locator('search input:focus').waitFor()
    await page.keyboard.type(name.toLowerCase())
    await page.locator('search [role=listbox][aria-busy=false]').getByRole('option').first().waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name }).waitFor()
  })
})
