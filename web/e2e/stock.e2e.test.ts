import { expect, it } from 'vitest'
import { call, peopleHere, signIn, uniqueName } from './lib.ts'

const person = peopleHere()

it('the register shows every unit of a psychotropic medicine, and the shelves have a value', async () => {
  const { page, faults } = await person()
  await signIn(page)
  const genericName = uniqueName('Diazepam')
  const made = await call<{ id: string }>(page, 'POST', '/api/medications', {
    sku: `E2E-${Date.now().toString(36)}`,
    genericName,
    unit: 'tablet',
    sellingPrice: '2.00',
    costPrice: '0.50',
    psychotropic: true,
  })
  const delivery = { batchNo: uniqueName('B'), expiresOn: '2099-12-31', quantity: 40 }
  await call(page, 'POST', `/api/medications/${made.id}/stock`, delivery)
  await page.goto('/medicines?view=register')
  const row = page.locator('[data-register] tr').filter({ hasText: genericName })
  await row.waitFor()
  await row.getByText('+40 tablet').waitFor()
  // Only this medicine, then a time in which nothing of it moved.
  const picker = page.getByRole('combobox', { name: 'One medicine' })
  await picker.fill(genericName)
  await page.getByRole('option').filter({ hasText: genericName }).click()
  await expect.poll(() => page.locator('[data-register] tbody tr').count()).toBe(1)
  await page.getByRole('textbox', { name: 'Until' }).fill('01/01/2001')
  await page.getByText('Nothing of psychotropic medicines has moved in this time').waitFor()

  await page.goto('/medicines?view=value')
  const value = page.locator('[data-worth]')
  await value.getByRole('row', { name: /At cost RM/ }).waitFor()
  expect(faults).toEqual([])
})
