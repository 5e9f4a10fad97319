import { describe, expect, it } from 'vitest'
import { call, peopleHere, signIn, uniqueName } from './lib.ts'

const person = peopleHere()

describe('the day in figures', () => {
  it('moves by itself when somebody is registered', async () => {
    const { page, faults } = await person()
    await signIn(page)
    await page.goto('/dashboard')
    const visits = page.locator('[data-figure=visits] dd').first()
    const numberNow = async (): Promise<number> => Number((await visits.innerText()).replaceAll(',', ''))
    await visits.waitFor()
    await page.getByText('Live').waitFor()
    const before = await numberNow()
    await call(page, 'POST', '/api/registrations', { patient: { name: uniqueName('Zainab binti') } })
    await expect.poll(numberNow, { timeout: 60_000 }).toBeGreaterThan(before)

    const byHour = page.locator('section').filter({
      has: page.getByRole('heading', { name: 'Visits by the hour of coming' }),
    })
    await byHour.getByText('As a table').click()
    await byHour.getByRole('table').waitFor()
    const shown = page.locator('[data-day]')
    const today = await shown.getAttribute('data-day')
    await page.getByRole('button', { name: 'Day before' }).click()
    await expect.poll(() => shown.getAttribute('data-day'), { timeout: 60_000 }).not.toBe(today)
    expect(faults).toEqual([])
  })
})
