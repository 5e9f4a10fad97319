import { generate } from 'otplib'
import { expect, it } from 'vitest'
import { peopleHere, seriousFaults, signIn, staff } from './lib.ts'

const STEP_MS = 30_000

const person = peopleHere()

/** A code of the step after this one, which the server takes too and which was not used before. */
const nextCode = (secret: string) => generate({ secret, epoch: Math.floor((Date.now() + STEP_MS) / 1000) })

it('the second step: set up, sign in with a code, turn off', async () => {
  const admin = await person()
  await signIn(admin.page)
  // Somebody of one's own: whoever is left with a second step cannot sign in elsewhere.
  const { username, password } = await staff(admin.page, 'pharmacist')
  const { page, faults } = await person()
  await signIn(page, username, password)
  await page.goto('/account/two-factor')
  await page.fill('input[name=password]', password)
  await page.keyboard.press('Enter')
  const picture = page.locator('img[src^="data:image/png"]')
  await picture.waitFor()
  await expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(100)
  const secret = (await page.locator('#main pre').first().innerText()).replaceAll(' ', '')
  expect(await seriousFaults(page)).toEqual([])
  await page.fill('input[name=code]', await generate({ secret }))
  await page.keyboard.press('Enter')
  const codes = page.locator('#main pre')
  await codes.filter({ hasText: /^([a-z2-9]{4}-){3}/ }).waitFor()
  const [, recovery] = (await codes.first().innerText()).split('\n')
  await page.getByRole('button', { name: 'I have kept them' }).click()
  await page.getByText('The second step is on.').waitFor()

  const other = await person()
  await other.page.goto('/')
  await other.page.fill('input[name=username]', username)
  await other.page.fill('input[name=password]', password)
  await other.page.keyboard.press('Enter')
  await other.page.locator('input[name=code]').waitFor()
  expect(await seriousFaults(other.page)).toEqual([])
  await other.page.fill('input[name=code]', await nextCode(secret))
  await other.page.keyboard.press('Enter')
  await other.page.locator('#main h1').waitFor()

  await page.fill('input[name=password]', password)
  await page.fill('input[name=code]', recovery ?? '')
  await page.getByRole('button', { name: 'Turn off' }).click()
  await page.getByRole('button', { name: 'Set up' }).waitFor()
  expect(faults).toEqual([])
})
