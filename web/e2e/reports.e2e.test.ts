import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { call, peopleHere, signIn, uniqueName } from './lib.ts'

const person = peopleHere()

interface Shelf {
  data: { operationId: string; type: string; kind: string; createdAt: string }[]
}

describe('reports and exports', () => {
  it('a report as CSV comes to the shelf by itself and can be fetched', async () => {
    const { page, faults } = await person()
    await signIn(page)
    const before = new Set(
      (await call<Shelf>(page, 'GET', '/api/files?limit=100')).data.map((file) => file.operationId),
    )
    await call(page, 'POST', '/api/registrations', { patient: { name: uniqueName('Salmah binti') } })
    await page.goto('/reports')
    await page.locator('[data-field=report]').click()
    await page.getByRole('option', { name: 'Visits and new patients' }).click()
    await page.locator('[data-field=format]').click()
    await page.getByRole('option', { name: 'CSV' }).click()
    await page.getByText('Live').waitFor()
    const asked = page.waitForResponse(
      (answer) => answer.url().endsWith('/api/reports') && answer.request().method() === 'POST',
    )
    await page.getByRole('button', { name: 'Make the report' }).click()
    const { operation } = (await (await asked).json()) as { operation: { id: string } }
    expect(before.has(operation.id)).toBe(false)

    const row = page.locator(`[data-file="${operation.id}"]`)
    await row.waitFor({ timeout: 90_000 })
    expect(await row.innerText()).toContain('Report: Visits and new patients')
    const coming = page.waitForEvent('download')
    await row.getByRole('link', { name: /^Download / }).click()
    const file = await coming
    expect(file.suggestedFilename()).toMatch(/\.csv$/)
    const [head = '', ...rows] = (await readFile(await file.path(), 'utf8')).trim().split(/\r?\n/)
    expect(head.split(',').length).toBeGreaterThan(1)
    expect(rows.length).toBeGreaterThan(0)

    await row.getByRole('button', { name: /^Delete / }).click()
    await row.getByRole('button', { name: /^Really delete / }).click()
    await row.waitFor({ state: 'detached' })
    expect(faults).toEqual([])
  })

  it('a report is made by itself once it was asked to, until it is ended', async () => {
    const { page, faults } = await person()
    await signIn(page)
    const title = uniqueName('Takings')
    await page.goto('/reports')
    await page.locator('[data-field=report]').click()
    await page.getByRole('option', { name: 'Revenue' }).click()
    await page.getByRole('button', { name: 'Repeat' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Title').fill(title)
    await dialog.getByLabel('Mail to').fill('owner@clinic.test')
    await dialog.getByLabel('Attach the file').check()
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.waitFor({ state: 'detached' })
    const row = page.locator('tr[data-standing]').filter({ hasText: title })
    await row.waitFor()
    expect(await row.innerText()).toContain('owner@clinic.test')

    const { data } = await call<{ data: { title: string; attach: boolean; every: string }[] }>(
      page,
      'GET',
      '/api/schedules/reports',
    )
    expect(data.find((one) => one.title === title)).toMatchObject({
      attach: true,
      every: 'month',
      monthDay: 1,
    })

    await row.getByRole('switch').press('Space')
    await row.getByText('Turned off').waitFor()
    await row.getByRole('button', { name: /^End / }).click()
    await row.getByRole('button', { name: /^Really end / }).click()
    await row.waitFor({ state: 'detached' })
    expect(faults).toEqual([])
  })
})
