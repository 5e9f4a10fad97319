import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { call, doctorOf, peopleHere, search, seriousFaults, signIn, uniqueName } from './lib.ts'

const person = peopleHere()

/** A consultation with something in it, as the doctor that the signed-in person is; answers its id. */
async function consultationHere(page: Page): Promise<string> {
  const doctor = await doctorOf(page, 'superadmin')
  const { ticket } = await call<{ ticket: { id: string } }>(page, 'POST', '/api/registrations', {
    patient: { name: uniqueName('Rahmah binti'), allergies: 'Penicillin' },
    ticket: { doctorId: doctor.id },
  })
  const opened = await call<{ id: string; version: number }>(page, 'POST', '/api/consultations', {
    ticketId: ticket.id,
  })
  await call(page, 'PATCH', `/api/consultations/${opened.id}`, {
    version: opened.version,
    subjective: 'Fever',
    diagnoses: [{ code: 'J00' }],
    procedures: [{ description: 'Nebuliser', price: '25.00' }],
  })
  return opened.id
}

/** A bill with a line on it, ready to be paid; answers its visit's id. */
async function billHere(page: Page): Promise<string> {
  type Made = { ticket: { id: string; version: number; visitId: string } }
  let { ticket } = await call<Made>(page, 'POST', '/api/registrations', {
    patient: { name: uniqueName('Faridah binti') },
  })
  for (const to of ['in_consultation', 'payment'])
    ticket = await call(page, 'POST', `/api/queue/${ticket.id}/moves`, { to, version: ticket.version })
  await call(page, 'POST', `/api/bills/${ticket.visitId}/items`, {
    version: 0,
    kind: 'procedure',
    description: 'Dressing',
    quantity: 1,
    unitPrice: '18.52',
  })
  return ticket.visitId
}

/** The visit of the first order of the dispensary, from a signed consultation, and its medicine. */
async function orderHere(page: Page): Promise<{ visit: string; medicine: string }> {
  const id = await consultationHere(page)
  const { data } = await call<{ data: { id: string }[] }>(page, 'GET', '/api/medications?query=paracetamol')
  const medicine = data[0]?.id ?? ''
  await call(page, 'POST', `/api/medications/${medicine}/stock`, {
    batchNo: uniqueName('B'),
    expiresOn: '2099-12-31',
    quantity: 100,
  })
  const lines = [{ medicationId: medicine, dose: 1, frequency: 'TDS', durationDays: 3 }]
  await call(page, 'PUT', `/api/consultations/${id}/prescription`, { version: 0, lines })
  const path = `/api/consultations/${id}`
  const { version } = await call<{ version: number }>(page, 'GET', path)
  const signed = await call<{ visitId: string }>(page, 'POST', `${path}/sign`, {
    version,
    next: 'dispensing',
  })
  return { visit: signed.visitId, medicine }
}

/** Some fifty screens, each looked through; a busy machine takes a second or two for one. */
const EVERY_SCREEN_MS = 5 * 60_000

describe('every screen', () => {
  it.each([
    { width: 1280, scheme: 'light', language: 'en' },
    { width: 360, scheme: 'dark', language: 'ms' },
  ] as const)(
    'has nothing serious for axe and fits $width px in $scheme',
    async (choice) => {
      const { page, faults } = await person(choice)
      const found: Record<string, string[]> = {}
      const look = async (screen: string, within?: string) => {
        const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)
        const serious = await seriousFaults(page, within)
        if (serious.length > 0 || wide) found[screen] = wide ? [...serious, 'wider than the window'] : serious
      }
      await page.goto('/')
      await page.locator('input[name=username]').waitFor()
      await look('sign-in')
      await signIn(page)
      await call(page, 'POST', '/api/registrations', { patient: { name: uniqueName('Aisyah binti') } })
      const consultation = await consultationHere(page)
      const { visit: dispensing, medicine } = await orderHere(page)
      const visit = await billHere(page)
      for (const [address, ready] of [
        ['/queue', '#main figure'],
        ['/patients', '#main h1'],
        ['/patients/new', 'form input[name=name]'],
        ['/patients/family', '#main [data-member]'],
        ['/consult', '#main [data-ticket]'],
        [`/consult/${consultation}`, '#main [data-jump=medicine]'],
        ['/cashier', '#main [data-ticket]'],
        [`/cashier/${visit}`, '#main input[name=amount]'],
        ['/payments', '#main search'],
        ['/shifts', '#main input'],
        ['/panels', '#main h1'],
        ['/appointments', '#main [role=radiogroup]'],
        ['/dashboard', '#main [data-day]'],
        ['/verify/nothing-of-ours', 'main [data-result]'],
        ['/display', 'main'],
        ['/dispensary', '#main section'],
        [`/dispensary?visit=${dispensing}`, '#main [data-line]'],
        ['/medicines', '#main table'],
        [`/medicines/${medicine}`, '#main h2'],
        ['/medicines?view=register', '#main input'],
        ['/medicines?view=value', '#main [data-worth] table'],
        ['/reports', '#main [data-field=report]'],
        ['/reports?tab=export', '#main [data-field=kind]'],
        ['/imports', '#main h1'],
        ['/imports/new', 'input[type=file]'],
        ['/admin/users', '#main table'],
        ['/admin/tokens', '#main h1'],
        ['/admin/doctors', '#main h1'],
        ['/admin/settings', '#main input'],
        ['/admin/displays', '#main h1'],
        ['/admin/audit', '#main table'],
        ['/admin/blocks', '#main h1'],
        ['/admin/backups', '#main [data-schedule]'],
        ['/admin/health', '#main table'],
        ['/account/password', 'input[name=newPassword]'],
        ['/account/sessions', '#main table'],
        ['/setup/clinic', '#main form input'],
        ['/setup/logo', '#main [data-logo]'],
        ['/setup/hours', '#main [data-day]'],
        ['/setup/users', '#main li'],
      ] as const) {
        await page.goto(address)
        await page.locator(ready).first().waitFor({ state: 'attached' })
        await look(address)
      }
      await page.goto('/admin/tokens')
      await page.getByRole('button', { name: /^(New token|Token baharu)$/ }).click()
      await page.locator('[role=dialog] [data-right]').first().waitFor()
      await look('rights', '[role=dialog]')
      await page.goto(`/consult/${consultation}`)
      await page.locator('[data-jump=medicine]').waitFor()
      await page.keyboard.press('Alt+m')
      await page.locator('[data-jump=medicine]:focus').waitFor()
      await page.keyboard.type('paracetamol')
      await page
        .locator('[role=listbox][aria-busy=false]')
        .getByRole('option', { name: /^Paracetamol/, selected: true })
        .waitFor()
      await look('medicines')
      await page.keyboard.press('Enter')
      await page.locator('#main fieldset input:focus').waitFor()
      await page.keyboard.type('1 tds 3/7')
      await page.keyboard.press('Tab')
      await page.locator('#main fieldset [lang=ms]').waitFor()
      await look('dosing')
      await page.keyboard.press('Escape')
      await page.keyboard.press('Alt+l')
      await page.getByRole('dialog').locator(':focus').waitFor()
      await look('letter')
      await page.goto('/imports/new')
      await page.locator('input[type=file]').setInputFiles({
        name: 'people.csv',
        mimeType: 'text/csv',
        buffer: Buffer.from(
          `external_id,name,nric\n${Date.now()},${uniqueName('Orang')},\n2,${uniqueName('Orang')},123\n`,
        ),
      })
      await page.locator('#main table').first().waitFor()
      await look('preview')
      await page.getByRole('button', { name: /^(Start import|Mula import)$/ }).click()
      await page.locator('#main [data-percent]').waitFor()
      await look('operation')
      await page.goto('/patients')
      await page.locator('#main li a').first().waitFor()
      await page.locator('header button[aria-expanded]').first().click()
      await page.getByRole('dialog').waitFor()
      // What lies half under the open tray is not what is looked at.
      await look('job tray', '[role=dialog]')
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      await search(page, 'bin')
      await look('search')
      await page.keyboard.press('Enter')
      await page.waitForURL(/\/patients\/\d+$/)
      await page.getByRole('button', { name: /^(Edit|Ubah)$/ }).waitFor()
      await look('patient')
      await page
        .getByRole('button', { name: /^(Put another record into this one|Gabungkan rekod lain ke sini)$/ })
        .click()
      await page.getByRole('dialog').waitFor()
      await look('merge')
      expect(found).toEqual({})
      expect(faults).toEqual([])
    },
    EVERY_SCREEN_MS,
  )
})
