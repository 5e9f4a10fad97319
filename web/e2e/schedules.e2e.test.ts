import { describe, expect, it } from 'vitest'
import { call, peopleHere, signIn } from './lib.ts'

const person = peopleHere()

interface Schedule {
  every: string
  at: string
  weekday: number | null
  version: number
}

describe('what happens by itself', () => {
  it('gets another time and day', async () => {
    const { page, faults } = await person()
    await signIn(page)
    const tidy = (): Promise<Schedule> => call<Schedule>(page, 'GET', '/api/schedules/tidy')
    const before = await tidy()
    await page.goto('/admin/backups')
    const row = page.locator('[data-schedule=tidy]')
    await row.getByRole('button', { name: /^Change the time:/ }).click()
    const dialog = page.getByRole('dialog')
    await dialog
      .getByRole('combobox', { name: 'How often' })
      .or(dialog.getByLabel('How often'))
      .first()
      .click()
    await page.getByRole('option', { name: 'Every week' }).click()
    await dialog.getByRole('combobox', { name: 'On', exact: true }).click()
    await page.getByRole('option', { name: 'Sunday' }).click()
    await dialog.getByRole('textbox', { name: 'At', exact: true }).fill('415')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await row.getByText('Every Sunday, 04:15').waitFor()
    const after = await tidy()
    expect(after).toMatchObject({ every: 'week', weekday: 7, at: '04:15' })
    await call(page, 'PATCH', '/api/schedules/tidy', {
      version: after.version,
      every: before.every,
      at: before.at,
    })
    expect(faults).toEqual([])
  })
})

describe('an export', () => {
  it('is narrowed by what its kind knows', async () => {
    const { page } = await person()
    await signIn(page)
    await page.goto('/reports?tab=export')
    await page.getByRole('textbox', { name: 'Company or panel' }).fill('Petronas')
    const sent = page.waitForRequest((request) => request.url().endsWith('/api/exports'))
    await page.getByRole('button', { name: 'Make the export' }).click()
    expect((await sent).postDataJSON()).toMatchObject({ kind: 'patients', filter: { company: 'Petronas' } })
    expect((await (await sent).response())?.status()).toBe(202)
  })
})
