import { describe, expect, it } from 'vitest'
import { peopleHere, signIn, uniqueName } from './lib.ts'

const person = peopleHere()

describe('patients', () => {
  it('registers, refuses what is wrong beside the field, and shows both sides of a clash', async () => {
    const { page, context } = await person()
    await signIn(page, 'assistant')
    const name = uniqueName('Chan Mei Ling')
    await page.goto('/patients/new')
    await page.getByLabel('Put in the queue now').uncheck()
    await page.fill('form input[name=name]', name)
    const nric = `880412-14-${1000 + Math.floor(Math.random() * 4500) * 2}`
    await page.fill('form input[name=idNumber]', nric)
    await expect.poll(() => page.locator('form input[name=dateOfBirth]').inputValue()).toBe('12/04/1988')
    await page.fill('form input[name=phone]', '12')
    await page.getByRole('button', { name: 'Register patient' }).click()
    await page.locator('input[name=phone][aria-invalid=true]').waitFor()
    await page.fill('form input[name=phone]', '012-345 6789')
    await page.getByRole('button', { name: 'Register patient' }).click()
    await page.waitForURL(/\/patients\/\d+$/)
    await page.getByRole('heading', { name }).waitFor()

    const other = await context.newPage()
    await other.goto(page.url())
    for (const tab of [page, other]) await tab.getByRole('button', { name: 'Edit' }).click()
    await other.fill('form input[name=company]', 'Petronas')
    await other.getByRole('button', { name: 'Save' }).click()
    await other.getByText('Petronas').waitFor()
    await page.fill('form input[name=email]', 'mei@example.my')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Assistant changed this record while you were typing').waitFor()
    await page.getByText('Company or panel: Not given → Petronas').waitFor()
    await page.getByRole('button', { name: 'Save my changes' }).click()
    await page.getByText('mei@example.my').waitFor()
    await page.getByText('Petronas').waitFor()

    const address = new URL(page.url()).pathname
    await page.goto('/patients/new')
    await page.getByLabel('Put in the queue now').uncheck()
    await page.fill('form input[name=name]', name)
    await page.fill('form input[name=idNumber]', nric)
    await page.getByRole('button', { name: 'Register patient' }).click()
    await page.getByRole('link', { name: /^Open P-\d+$/ }).click()
    await page.waitForURL(`**${address}`)
  })
})
