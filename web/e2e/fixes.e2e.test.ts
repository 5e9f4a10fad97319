import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { FILES, peopleHere, search, seriousFaults, signIn } from './lib.ts'

const DONE_MS = 180_000
const person = peopleHere()

/** Rows of the real set that are refused for their e-mail address or postcode, under numbers of this run. */
function refusedRows(mark: string): string {
  const [header = '', ...lines] = readFileSync(FILES.examples, 'utf8').split(/\r?\n/)
  const refused = lines.filter((line) => /,(a@@b\.my|a@|a@b|ABCDE),/.test(line) && line.startsWith('P0'))
  return [header, ...refused.map((line) => line.replace('P0', mark))].join('\n')
}

async function count(page: Page, part: string): Promise<number> {
  return Number((await page.locator(`[data-count=${part}]`).textContent())?.replaceAll(',', ''))
}

async function startImport(page: Page, text: string): Promise<void> {
  await page.goto('/imports/new')
  const buffer = Buffer.from(text)
  await page.locator('input[type=file]').setInputFiles({ name: 'real.csv', mimeType: 'text/csv', buffer })
  await page.locator('#main table').first().waitFor()
}

/** The row of a cause in the table of what can be done. */
const cause = (page: Page, name: string) => page.locator(`[data-group="${name}"]`)

async function choose(page: Page, name: string, way: string): Promise<void> {
  await cause(page, name).getByRole('combobox').click()
  await page.getByRole('option', { name: way }).click()
}

it('refused rows of the real set are mended by cause and by their file, and arrive', async () => {
  const { page, faults } = await person()
  await signIn(page)
  const mark = `F${Date.now().toString(36)}`
  await startImport(page, refusedRows(mark))
  // of a file in which most rows have faults, lenient reading is suggested
  await page.getByRole('combobox', { name: 'Rules' }).click()
  await page.getByRole('option', { name: 'Strict', exact: true }).click()
  await page.getByRole('button', { name: 'Start import' }).click()
  await page.locator('#main [data-status=completed]').waitFor({ timeout: DONE_MS })
  const refused = await count(page, 'rejected')
  expect(refused).toBeGreaterThan(3)
  expect(await count(page, 'inserted')).toBe(0)

  await choose(page, 'BAD_EMAIL email', 'Leave the field empty')
  const preview = page.getByRole('table', { name: 'How the first rows would look' })
  await preview.getByText('a@@b.my').waitFor()
  expect(await seriousFaults(page, '#main')).toEqual([])
  await page.getByRole('button', { name: 'Run 3 rows again' }).dblclick()
  await page
    .getByRole('list', { name: 'Mended so far' })
    .getByText('Inserted 3')
    .waitFor({ timeout: DONE_MS })
  await page.locator('#main [data-status=completed]').waitFor({ timeout: DONE_MS })
  expect(await count(page, 'inserted')).toBe(3)
  expect(await count(page, 'rejected')).toBe(refused - 3)
  await cause(page, 'BAD_EMAIL email').waitFor({ state: 'detached' })

  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download as CSV' }).click()
  const csv = readFileSync(await (await download).path(), 'utf8')
  const mended = Buffer.from(csv.replaceAll(',ABCDE,', ',43000,'))
  await page
    .getByLabel('Send it back mended')
    .and(page.locator('input'))
    .setInputFiles({ name: 'mended.csv', mimeType: 'text/csv', buffer: mended })
  await page
    .getByRole('list', { name: 'Mended so far' })
    .getByText('Mended file')
    .waitFor({ timeout: DONE_MS })
  await page.locator('#main [data-status=completed]').waitFor({ timeout: DONE_MS })
  expect(await count(page, 'inserted')).toBe(refused)
  await search(page, 'sakinah dayang', /Sakinah Dayang/)
  await page.keyboard.press('Escape')

  await page.getByRole('button', { name: 'Undo import' }).click()
  await page.getByRole('button', { name: 'Undo it' }).click()
  await page.getByText(`Taken back: ${refused} removed`).waitFor({ timeout: DONE_MS })
  expect(faults).toEqual([])
})

it('all or nothing: one refused row, and nothing is written', async () => {
  const { page } = await person()
  await signIn(page)
  const mark = `N${Date.now().toString(36)}`
  await startImport(page, `external_id,name\n${mark}-1,${mark} Orang Satu\n${mark}-2,\n`)
  await page.getByRole('switch', { name: /All or nothing/ }).check()
  await page.getByRole('button', { name: 'Start import' }).click()
  await page.locator('#main [data-status=failed]').waitFor({ timeout: DONE_MS })
  await page.getByText('Nothing was imported, because some rows would be refused.').waitFor()
  expect(await count(page, 'inserted')).toBe(0)
  expect(await count(page, 'rejected')).toBe(1)
})
