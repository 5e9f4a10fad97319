import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { haveShift, openBill } from './cash-desk.ts'
import { call, doctorOf, go, peopleHere, signIn, uniqueName } from './lib.ts'

interface Ticket {
  id: string
  visitId: string
  number: string
  status: string
}

const person = peopleHere()

/** A medicine that nobody else takes from the shelf. */
async function stocked(admin: Page): Promise<string> {
  const name = uniqueName('Wholedayvir')
  const { id } = await call<{ id: string }>(admin, 'POST', '/api/medications', {
    sku: name.replace(' ', '-'),
    genericName: name,
    form: 'tablet',
    strength: '500 mg',
    unit: 'tablet',
    sellingPrice: '0.50',
    costPrice: '0.17',
  })
  const batch = { batchNo: 'DAY-1', expiresOn: '2099-12-31', quantity: 100 }
  await call(admin, 'POST', `/api/medications/${id}/stock`, batch)
  return name
}

/** Types into a field that was jumped to and takes the first that is found for it. */
async function take(page: Page, jump: string, key: string, text: string): Promise<void> {
  await page.keyboard.press(key)
  await page.locator(`[data-jump=${jump}]:focus`).waitFor()
  await page.keyboard.type(text)
  const found = page.locator('[role=listbox][aria-busy=false]')
  await found.getByRole('option', { name: new RegExp(`^${text}`), selected: true }).waitFor()
  await page.keyboard.press('Enter')
}

/** At the desk: a new patient with a ticket, as the slip says. */
async function register(page: Page, name: string): Promise<Ticket> {
  await page.goto('/patients/new')
  await page.locator('input[name=name]:focus').waitFor()
  await page.keyboard.type(name)
  const answer = page.waitForResponse('**/api/registrations')
  await page.keyboard.press('Enter')
  const { ticket } = (await (await answer).json()) as { ticket: Ticket }
  await page.getByRole('dialog', { name: `Slip ${ticket.number}` }).waitFor()
  await page.keyboard.press('Escape')
  await page.locator(`[data-ticket="${ticket.number}"]`).getByText(name).waitFor()
  return ticket
}

/** In the consulting room: notes, a diagnosis, a medicine, a certificate, signed; answers the certificate's number. */
async function consult(page: Page, name: string, medicine: string): Promise<string> {
  await page.waitForURL(/\/consult\/\d+$/)
  await page.getByText(name).first().waitFor()
  await page.locator('[data-jump=notes]').waitFor()
  await page.keyboard.press('Alt+n')
  await page.locator('[data-jump=notes]:focus').waitFor()
  await page.keyboard.type('Runny nose for two days')
  await take(page, 'diagnosis', 'Alt+d', 'J00')
  await page.getByRole('list', { name: 'Diagnoses' }).getByText('J00').waitFor()
  await take(page, 'medicine', 'Alt+m', medicine)
  await page.getByLabel('Dose').and(page.locator(':focus')).waitFor()
  await page.keyboard.type('1 tds 2/7')
  await page.keyboard.press('Enter')
  await page.getByRole('list', { name: 'Prescription' }).getByText('6 tablet').waitFor()
  await page.keyboard.press('Alt+c')
  await page.keyboard.press('Enter')
  const paper = page.getByRole('link', { name: /^Print MC-\d+$/ })
  const number = (await paper.innerText()).replace(/^Print\s+/, '').trim()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.keyboard.press('Control+Enter')
  await page.waitForURL(/\/consult$/)
  return number
}

/** In the dispensary: the label is made, the medicine handed over. */
async function dispense(page: Page, { visitId }: Ticket): Promise<void> {
  await page.locator(`[data-visit="${visitId}"]`).click()
  const line = page.locator('[data-line]').first()
  await line.getByText(/6 from batch DAY-1/).waitFor()
  await page.keyboard.press('p')
  await line.getByText('Prepared', { exact: false }).first().waitFor()
  await page.keyboard.press('h')
  const handOver = page.getByRole('dialog').getByRole('button', { name: /^Hand over/ })
  await handOver.and(page.locator(':focus')).waitFor()
  await page.keyboard.press('Enter')
  await page.getByText('Nothing is left to hand over on this visit.').waitFor()
}

it('a visit from the door to the receipt, with everybody at their own screen', async () => {
  const admin = await person()
  await signIn(admin.page)
  const doctor = await doctorOf(admin.page, 'doctor', { mmcNumber: '48213' })
  const medicine = await stocked(admin.page)
  const [desk, room, pharmacy, cash, employer] = [
    await person(),
    await person(),
    await person(),
    await person(),
    await person({ width: 390 }),
  ]
  const hall = await person({ width: 1280, height: 720 })
  const screen = { name: uniqueName('Hall') }
  const { pairingCode } = await call<{ pairingCode: string }>(admin.page, 'POST', '/api/displays', screen)
  await hall.page.goto('/display')
  await hall.page.getByLabel('Code').fill(pairingCode)
  await hall.page.keyboard.press('Enter')
  await hall.page.locator('time').waitFor()
  await signIn(desk.page, 'assistant')
  await signIn(room.page, 'doctor')
  await go(room.page, 'c', 'Consult')
  await signIn(pharmacy.page, 'pharmacist')
  await go(pharmacy.page, 'm', 'Dispensary')
  await signIn(cash.page, 'cashier')
  await haveShift(cash.page)

  const name = uniqueName('Aminah binti')
  const ticket = await register(desk.page, name)

  // Whoever comes stands on the doctor's page without a reload; the call reaches the hall, and the desk is told so.
  const line = room.page.locator(`#main [data-ticket="${ticket.number}"]`)
  await line.getByText(ticket.number).click()
  const called = room.page.waitForResponse(`**/api/queue/${ticket.id}/moves`)
  await room.page.keyboard.press('l')
  expect((await called).ok()).toBe(true)
  await hall.page.getByText(ticket.number).first().waitFor()
  const card = desk.page.locator(`[data-ticket="${ticket.number}"]`)
  await card.getByText(/shown|spoken/).waitFor()
  await line.getByText('Called').waitFor()
  await room.page.keyboard.press('Enter')
  const number = await consult(room.page, name, medicine)

  await dispense(pharmacy.page, ticket)

  await openBill(cash.page, { ...ticket, name, version: 0 })
  await cash.page.getByText(medicine).first().waitFor()
  await cash.page.keyboard.press('Enter')
  const receipt = cash.page.locator('[data-receipt]')
  await receipt.waitFor()
  const receiptNumber = (await receipt.getAttribute('data-receipt')) ?? ''
  const pdf = await cash.page.request.get(`/api/receipts/${receiptNumber}.pdf?paper=A5&language=ms`)
  expect(pdf.headers()['content-type']).toContain('application/pdf')
  await card.waitFor({ state: 'detached' })

  const certificates = await call<{ data: { number: string; code: string }[] }>(
    admin.page,
    'GET',
    `/api/certificates?doctor=${doctor.id}&limit=100`,
  )
  const code = certificates.data.find((certificate) => certificate.number === number)?.code ?? ''
  await employer.page.goto(`/verify/${encodeURIComponent(code)}`)
  await employer.page.getByText('Genuine', { exact: true }).waitFor()
  await employer.page.getByText(number).waitFor()
  expect(await employer.page.locator('main').innerText()).not.toContain('J00')
  const seats = [admin, desk, room, pharmacy, cash, employer, hall]
  expect(seats.flatMap(({ faults }) => faults)).toEqual([])
})
