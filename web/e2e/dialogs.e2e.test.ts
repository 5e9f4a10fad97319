import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { call, doctorOf, peopleHere, signIn, uniqueName } from './lib.ts'

const person = peopleHere()
const TIMES = 30

/** Writes down where the focus is at the moment when a dialog is put into the page. */
const watchDialogs = (page: Page) =>
  page.evaluate(() => {
    const seen: string[] = []
    Object.assign(window, { seen })
    new MutationObserver((changes) => {
      const came = changes.flatMap(({ addedNodes }) => [...addedNodes])
      const dialog = came.find((node) => node instanceof Element && node.querySelector('[role=dialog]'))
      const focused = document.activeElement
      if (dialog) seen.push(dialog.contains(focused) ? (focused?.tagName ?? '') : 'elsewhere')
    }).observe(document.body, { childList: true, subtree: true })
  })

it('a dialog has the focus in the moment it appears, and gives it back', async () => {
  const { page, faults } = await person()
  await signIn(page)
  const doctor = await doctorOf(page, 'superadmin', { mmcNumber: '48214' })
  const { ticket } = await call<{ ticket: { id: string } }>(page, 'POST', '/api/registrations', {
    patient: { name: uniqueName('Ramlah binti') },
    ticket: { doctorId: doctor.id },
  })
  const { id } = await call<{ id: string }>(page, 'POST', '/api/consultations', { ticketId: ticket.id })
  await page.goto(`/consult/${id}`)
  await page.locator('[data-jump=notes]').waitFor()
  await watchDialogs(page)
  await page.keyboard.press('Alt+n')
  for (let time = 0; time < TIMES; time++) {
    await page.keyboard.press('Alt+c')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.locator('[data-jump=notes]:focus').waitFor()
  }
  expect(await page.evaluate(() => (window as unknown as { seen: string[] }).seen)).toEqual(
    Array.from({ length: TIMES }, () => 'INPUT'),
  )
  expect(faults).toEqual([])
})
