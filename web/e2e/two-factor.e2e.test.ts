import { generate } from 'otplib'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { context, launch, PASSWORD, seriousFaults, signIn, watchFaults } from './lib.ts'

const STEP_MS = 30_000
const PERSON = 'pharmacist'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

/** A code of the step after this one, which the server takes too and which was not used before. */
const nextCode = (secret: string) => generate({ secret, epoch: Math.floor((Date.now() + STEP_MS) / 1000) })

it('the second step: set up, sign in with a code, turn off', async () => {
  const person = await context(browser)
  try {
    const page = await person.newPage()
    const faults = watchFaults(page)
    await signIn(page, PERSON)
    await page.goto('/account/two-factor')
    await page.fill('input[name=password]', PASSWORD)
    await page.keyboard.press('Enter')
    const picture = page.locator('img[src^="data:image/png"]')
    await picture.waitFor()
    expect(await picture.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(100)
    const secret = (await page.locator('#main pre').first().innerText()).replaceAll(' ', '')
    expect(await seriousFaults(page)).toEqual([])
    await page.fill('input[name=code]', await generate({ secret }))
    await page.keyboard.press('Enter')
    const codes = page.locator('#main pre')
    await codes.filter({ hasText: /^([a-z2-9]{4}-){3}/ }).waitFor()
    const [, recovery] = (await codes.first().innerText()).split('\n')
    await page.getByRole('button', { name: 'I have kept them' }).click()
    await page.getByText('The second step is on.').waitFor()

    const again = await context(browser)
    const other = await again.newPage()
    await other.goto('/')
    await other.fill('input[name=username]', PERSON)
    await other.fill('input[name=password]', PASSWORD)
    await other.keyboard.press('Enter')
    await other.locator('input[name=code]').waitFor()
    expect(await seriousFaults(other)).toEqual([])
    await other.fill('input[name=code]', await nextCode(secret))
    await other.keyboard.press('Enter')
    await other.locator('#main h1').waitFor()
    await again.close()

    await page.fill('input[name=password]', PASSWORD)
    await page.fill('input[name=code]', recovery ?? '')
    await page.getByRole('button', { name: 'Turn off' }).click()
    await page.getByRole('button', { name: 'Set up' }).waitFor()
    expect(faults).toEqual([])
  } finally {
    await person.close()
  }
})
