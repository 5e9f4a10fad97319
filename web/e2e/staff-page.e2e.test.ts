import { gzipSync } from 'node:zlib'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { context, FILES, launch, seriousFaults, signIn, watchFaults } from './lib.ts'

/** The examples in shared/testing/data: their answers name 41 refused rows of 400. */
const EXAMPLES = { read: 400, rejected: 41 }
const DONE_MS = 60_000
const FIRST_LOAD_BYTES = 320 * 1024

let browser: Browser
let open: BrowserContext | undefined

async function person(choice: Parameters<typeof context>[1] = {}): Promise<{ page: Page; faults: string[] }> {
  open = await context(browser, choice)
  const page = await open.newPage()
  return { page, faults: watchFaults(page) }
}

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

beforeAll(async () => {
  browser = await launch()
})
afterEach(async () => {
  await open?.close()
  open = undefined
})
afterAll(() => browser.close())

describe('sign-in', () => {
  it('says when the password is wrong, lets in when it is right, and leads back to where one was', async () => {
    const { page, faults } = await person()
    await page.goto('/account/sessions')
    await page.fill('input[name=username]', 'admin')
    await page.fill('input[name=password]', 'certainly-not-this')
    await page.keyboard.press('Enter')
    await page.getByText('User name or password is wrong.').waitFor()
    await page.fill('input[name=password]', process.env.E2E_PASSWORD ?? '')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Signed-in devices' }).waitFor()
    await page.getByText('This one').waitFor()
    expect(faults).toEqual([])
  })

  it('keeps what was typed when the session ends, and wipes everything at sign-out', async () => {
    const { page } = await person()
    await signIn(page, 'admin')
    await page.goto('/patients/new')
    await page.fill('form input[name=name]', 'Halim bin Osman')
    await open?.clearCookies()
    await page.getByRole('button', { name: 'Register patient' }).click()
    await page.getByText('Your session has ended').waitFor()
    expect(await page.locator('input[name=username]').inputValue()).toBe('admin')
    await page.fill('input[name=password]', process.env.E2E_PASSWORD ?? '')
    await page.keyboard.press('Enter')
    const name = page.locator('form input[name=name]')
    await name.waitFor()
    expect(await name.inputValue()).toBe('Halim bin Osman')
    await page.getByRole('button', { name: 'Administrator' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.locator('input[name=username]').waitFor()
    const left = await page.evaluate(() =>
      [JSON.stringify(sessionStorage), JSON.stringify(localStorage)].join(),
    )
    expect(left).not.toContain('Halim')
    expect(await page.evaluate(() => localStorage.getItem('clinic.language'))).toBe('en')
  })

  it('shows each role only what is there for it', async () => {
    const { page } = await person()
    await signIn(page, 'cashier')
    const rail = page.getByRole('navigation', { name: 'Main' })
    await rail.getByRole('link', { name: 'Patients' }).waitFor()
    expect(await rail.getByRole('link').allTextContents()).toEqual(['Patients'])
    expect(await page.getByRole('link', { name: 'Register patient' }).count()).toBe(0)
  })
})

describe('import', () => {
  it('runs live to the end through a reload and in a second tab, and finds the people', async () => {
    const { page, faults } = await person()
    await signIn(page)
    await startImport(page, FILES.examples)
    const second = await (open as BrowserContext).newPage()
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
    await page.keyboard.press('/')
    await page.keyboard.type('intan pauz')
    await page.getByRole('option', { name: /Intan binti Pauzi Shahrul/ }).waitFor()
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
    await page.locator('#main [data-status=completed]').waitFor({ timeout: DONE_MS })
    await page.getByText('A rehearsal: everything is read and counted').waitFor()
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
    await page.keyboard.press('/')
    await page.keyboard.type(mark)
    await page.getByText('Nobody found.').waitFor()
  })

  it('goes by keyboard alone from sign-in to a patient', async () => {
    const { page } = await person()
    await signIn(page)
    await page.keyboard.press('g')
    await page.keyboard.press('i')
    await page.getByRole('heading', { name: 'Imports' }).waitFor()
    await page.keyboard.press('n')
    await page.getByRole('heading', { name: 'New import' }).waitFor()
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await page.keyboard.press('Control+k')
    await page.keyboard.type('heng kah')
    await page.getByRole('option').first().waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: /Heng Kah/ }).waitFor()
  })
})

describe('patients', () => {
  it('registers, refuses what is wrong beside the field, and shows both sides of a clash', async () => {
    const { page } = await person()
    await signIn(page, 'assistant')
    await page.goto('/patients/new')
    await page.fill('form input[name=name]', 'Chan Mei Ling')
    const nric = `880412-14-${1000 + Math.floor(Math.random() * 4500) * 2}`
    await page.fill('form input[name=idNumber]', nric)
    expect(await page.locator('form input[name=dateOfBirth]').inputValue()).toBe('12/04/1988')
    await page.fill('form input[name=phone]', '12')
    await page.getByRole('button', { name: 'Register patient' }).click()
    await page.locator('input[name=phone][aria-invalid=true]').waitFor()
    await page.fill('form input[name=phone]', '012-345 6789')
    await page.getByRole('button', { name: 'Register patient' }).click()
    await page.waitForURL(/\/patients\/\d+$/)
    await page.getByRole('heading', { name: 'Chan Mei Ling' }).waitFor()

    const other = await (open as BrowserContext).newPage()
    await other.goto(page.url())
    for (const tab of [page, other]) await tab.getByRole('button', { name: 'Edit' }).click()
    await other.fill('form input[name=company]', 'Petronas')
    await other.getByRole('button', { name: 'Save' }).click()
    await other.getByText('Petronas').waitFor()
    await page.fill('form input[name=email]', 'mei@example.my')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Company or panel: Not given → Petronas').waitFor()
    await page.getByRole('button', { name: 'Save my changes' }).click()
    await page.getByText('mei@example.my').waitFor()
    await page.getByText('Petronas').waitFor()

    const address = new URL(page.url()).pathname
    await page.goto('/patients/new')
    await page.fill('form input[name=name]', 'Chan Mei Ling')
    await page.fill('form input[name=idNumber]', nric)
    await page.getByRole('button', { name: 'Register patient' }).click()
    await page.getByRole('link', { name: /^Open P-\d+$/ }).click()
    await page.waitForURL(`**${address}`)
  })
})

describe('the line', () => {
  it('says when it is cut, keeps what is shown, and comes back by itself', async () => {
    const { page } = await person()
    await signIn(page)
    await page.getByText('Live', { exact: true }).waitFor()
    await page.locator('#main li a').first().waitFor()
    await open?.setOffline(true)
    await page.getByText('Offline', { exact: true }).waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('intan')
    await page.getByText('The server cannot be reached.').waitFor()
    expect(await page.locator('#main li a').count()).toBeGreaterThan(0)
    await open?.setOffline(false)
    await page.getByText('Live', { exact: true }).waitFor()
    await page.keyboard.type(' b')
    await page.getByRole('option').first().waitFor()
  })

  it('loads at most 320 kB of compressed script up to the first page', async () => {
    const { page } = await person()
    const scripts = new Map<string, number>()
    page.on('response', async (response) => {
      if (!response.url().endsWith('.js')) return
      scripts.set(response.url(), gzipSync(await response.body()).length)
    })
    await signIn(page)
    await page.locator('#main li a').first().waitFor()
    const bytes = [...scripts.values()].reduce((all, one) => all + one, 0)
    expect(bytes).toBeGreaterThan(50_000)
    expect(bytes).toBeLessThan(FIRST_LOAD_BYTES)
  })
})

describe('every screen', () => {
  it.each([
    { width: 1280, scheme: 'light', language: 'en' },
    { width: 360, scheme: 'dark', language: 'ms' },
  ] as const)('has nothing serious for axe and fits $width px in $scheme', async (choice) => {
    const { page, faults } = await person(choice)
    const found: Record<string, string[]> = {}
    const look = async (screen: string) => {
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)
      const serious = await seriousFaults(page)
      if (serious.length > 0 || wide) found[screen] = wide ? [...serious, 'wider than the window'] : serious
    }
    await page.goto('/')
    await page.locator('input[name=username]').waitFor()
    await look('sign-in')
    await signIn(page)
    for (const [address, ready] of [
      ['/patients', '#main h1'],
      ['/patients/new', 'form input[name=name]'],
      ['/imports', '#main table'],
      ['/imports/new', 'input[type=file]'],
      ['/account/password', 'input[name=newPassword]'],
      ['/account/sessions', '#main table'],
    ] as const) {
      await page.goto(address)
      await page.locator(ready).first().waitFor({ state: 'attached' })
      await look(address)
    }
    await page.goto('/imports/new')
    await page.locator('input[type=file]').setInputFiles(FILES.spreadsheet.pathname)
    await page.locator('#main table').first().waitFor()
    await look('preview')
    await page.goto('/imports')
    await page.locator('#main td a').first().click()
    await page.locator('#main [data-percent]').waitFor()
    await look('operation')
    await page.locator('header button[aria-expanded]').first().click()
    await page.getByRole('dialog').waitFor()
    await look('job tray')
    await page.keyboard.press('Escape')
    await page.keyboard.press('/')
    await page.keyboard.type('bin')
    await page.getByRole('option').first().waitFor()
    await look('search')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/patients\/\d+$/)
    await page.getByRole('button', { name: /^(Edit|Ubah)$/ }).waitFor()
    await look('patient')
    expect(found).toEqual({})
    expect(faults).toEqual([])
  })
})
