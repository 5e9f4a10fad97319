import { describe, expect, it } from 'vitest'
import { peopleHere, signIn } from './lib.ts'

const person = peopleHere()

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
    const { page, context } = await person()
    await signIn(page, 'admin')
    await page.goto('/patients/new')
    await page.fill('form input[name=name]', 'Halim bin Osman')
    await context.clearCookies()
    // Sent without a click: any read in between may notice first that the session is over and hide the form.
    await page
      .locator('form', { has: page.locator('input[name=name]') })
      .evaluate((form: HTMLFormElement) => form.requestSubmit())
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
    const shown = await rail.getByRole('link').allTextContents()
    expect(shown.slice(0, 2)).toEqual(['Queue', 'Patients'])
    for (const other of ['Imports', 'Admin', 'Job queues']) expect(shown).not.toContain(other)
    expect(await page.getByRole('link', { name: 'Register patient' }).count()).toBe(0)
    expect(await page.getByRole('button', { name: /Call next/ }).count()).toBe(0)
  })
})
