import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { call, doctorOf, go, peopleHere, signIn, uniqueName } from './lib.ts'

const person = peopleHere()
const YEAR_MS = 365 * 86_400_000

interface Medicine {
  id: string
  name: string
}
interface Line {
  id: string
  status: string
}

/** A medicine of one's own, so that nobody else moves its stock. */
async function medicine(admin: Page, more: Record<string, unknown> = {}): Promise<Medicine> {
  const name = uniqueName('Canaryvir')
  const body = { sku: name.replace(' ', '-'), genericName: name, form: 'tablet', strength: '500 mg' }
  const made = await call<{ id: string }>(admin, 'POST', '/api/medications', {
    ...body,
    unit: 'tablet',
    sellingPrice: '0.50',
    costPrice: '0.17',
    ...more,
  })
  return { id: made.id, name }
}

const nextYear = (): string => new Date(Date.now() + YEAR_MS).toISOString().slice(0, 10)

const receive = (admin: Page, { id }: Medicine, quantity: number) =>
  call(admin, 'POST', `/api/medications/${id}/stock`, { batchNo: 'E2E-1', expiresOn: nextYear(), quantity })

const onHand = async (admin: Page, { id }: Medicine): Promise<number> =>
  (await call<{ onHand: number }>(admin, 'GET', `/api/medications/${id}/stock`)).onHand

/** A signed prescription of six tablets of each medicine, whose patient waits at the dispensary. */
async function ordered(admin: Page, medicines: readonly Medicine[]) {
  const doctor = await doctorOf(admin, 'superadmin')
  const name = uniqueName('Zainab binti')
  const { ticket } = await call<{ ticket: { id: string; number: string; visitId: string } }>(
    admin,
    'POST',
    '/api/registrations',
    { patient: { name, allergies: 'Penicillin' }, ticket: { doctorId: doctor.id } },
  )
  const opened = await call<{ id: string }>(admin, 'POST', '/api/consultations', { ticketId: ticket.id })
  const path = `/api/consultations/${opened.id}`
  const lines = medicines.map(({ id }) => ({ medicationId: id, dose: 1, frequency: 'TDS', durationDays: 2 }))
  await call(admin, 'PUT', `${path}/prescription`, { version: 0, lines })
  const seen = await call<{ version: number }>(admin, 'GET', path)
  const { version } = await call<{ version: number }>(admin, 'PATCH', path, {
    version: seen.version,
    subjective: 'Fever',
  })
  await call(admin, 'POST', `${path}/sign`, { version, next: 'dispensing' })
  return { ...ticket, name }
}

/** Where the ticket of a visit stands whose medicines were handed over. */
const standsAt = async (admin: Page, visitId: string): Promise<string | undefined> => {
  const path = `/api/dispensing?visit=${visitId}&status=handed_over`
  const { data } = await call<{ data: { ticket: { status: string } }[] }>(admin, 'GET', path)
  return data[0]?.ticket.status
}

const lineOf = (page: Page, { name }: Medicine) => page.locator('[data-line]').filter({ hasText: name })

describe('the dispensary', () => {
  it('prepares and hands over by the keyboard; stock goes down and the patient goes on to pay', async () => {
    const admin = await person()
    await signIn(admin.page)
    const medicines = [await medicine(admin.page), await medicine(admin.page)] as const
    for (const one of medicines) await receive(admin.page, one, 20)
    const { page, faults } = await person()
    await signIn(page, 'pharmacist')
    await go(page, 'm', 'Dispensary')

    // it comes by itself while the page is open
    const visit = await ordered(admin.page, medicines)
    await page.locator(`[data-visit="${visit.visitId}"]`).click()
    await page.getByText('Penicillin', { exact: true }).waitFor()
    await lineOf(page, medicines[0])
      .getByText(/6 from batch E2E-1/)
      .waitFor()
    for (const one of medicines) {
      await page.keyboard.press('p')
      await lineOf(page, one).getByText('Prepared', { exact: false }).first().waitFor()
    }
    const label = await lineOf(page, medicines[0])
      .getByRole('link', { name: /^Label/ })
      .getAttribute('href')
    const pdf = await page.request.get(label ?? '')
    expect(pdf.headers()['content-type']).toContain('application/pdf')

    await page.keyboard.press('h')
    const dialog = page.getByRole('dialog')
    await dialog.getByText(visit.name).waitFor()
    await dialog.getByRole('button', { name: 'Hand over 2' }).and(page.locator(':focus')).waitFor()
    await page.keyboard.press('Enter')
    await page.getByText('Nothing is left to hand over on this visit.').waitFor()
    expect(await standsAt(admin.page, visit.visitId)).toBe('payment')
    for (const one of medicines) expect(await onHand(admin.page, one)).toBe(14)

    await lineOf(page, medicines[0])
      .getByRole('button', { name: /^Take back/ })
      .click()
    await page.getByLabel('Reason').fill('Has some at home')
    await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click()
    await lineOf(page, medicines[0]).getByText('Returned: Has some at home').waitFor()
    expect(await onHand(admin.page, medicines[0])).toBe(20)
    expect(faults).toEqual([])
  })

  it('tells the second of two at one line, and does nothing twice', async () => {
    const admin = await person()
    await signIn(admin.page)
    const one = await medicine(admin.page)
    await receive(admin.page, one, 10)
    const visit = await ordered(admin.page, [one])
    const there = await person()
    await signIn(there.page, 'assistant')
    // the second one's events do not arrive
    await there.page.route('**/api/sse/**', (route) => route.abort())
    await there.page.goto(`/dispensary?visit=${visit.visitId}`)
    await lineOf(there.page, one).waitFor()
    const lines = await call<{ data: (Line & { version: number })[] }>(
      admin.page,
      'GET',
      `/api/dispensing?visit=${visit.visitId}`,
    )
    const [line] = lines.data
    await call(admin.page, 'POST', `/api/dispensing/${line?.id}/prepare`, { version: line?.version })
    await lineOf(there.page, one)
      .getByRole('button', { name: /^Prepare/ })
      .click()
    await there.page.getByText('Somebody was quicker. It stands at: Prepared.').waitFor()
    await lineOf(there.page, one)
      .getByRole('button', { name: /^Hand over/ })
      .waitFor()
    expect(there.faults).toEqual([])
  })

  it('says at the line that nothing is there, until a batch is received', async () => {
    const admin = await person()
    await signIn(admin.page)
    const one = await medicine(admin.page)
    const visit = await ordered(admin.page, [one])
    const { page, faults } = await person()
    await signIn(page, 'pharmacist')
    await page.goto(`/dispensary?visit=${visit.visitId}`)
    await lineOf(page, one).getByText('Out of stock').waitFor()

    await page.goto('/medicines')
    await page.getByLabel('Find a medicine').fill(one.name)
    await page.getByRole('link', { name: new RegExp(one.name) }).click()
    await page.getByRole('button', { name: 'Receive' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Batch number').fill('L-77')
    const [year, month, day] = nextYear().split('-')
    await dialog.getByLabel('Expires on').fill(`${day}/${month}/${year}`)
    await dialog.getByLabel('Quantity').fill('30')
    await dialog.getByRole('button', { name: 'Receive' }).dblclick()
    await page.locator('[data-batch="L-77"]').getByText('30').waitFor()
    await dialog.waitFor({ state: 'detached' })
    expect(await onHand(admin.page, one)).toBe(30)

    await page.getByRole('button', { name: 'Adjust' }).click()
    await page.getByLabel('Change', { exact: false }).last().fill('-4')
    await page.getByLabel('Reason').fill('Broken')
    await page.getByRole('dialog').getByRole('button', { name: 'Adjust' }).click()
    await page.locator('[data-batch="L-77"]').getByText('26').waitFor()
    await page.goto(`/dispensary?visit=${visit.visitId}`)
    await lineOf(page, one)
      .getByText(/6 from batch L-77/)
      .waitFor()
    expect(faults).toEqual([])
  })

  it('shows no cost to a doctor, and nothing to change', async () => {
    const admin = await person()
    await signIn(admin.page)
    const one = await medicine(admin.page)
    await receive(admin.page, one, 5)
    const { page, faults } = await person()
    await signIn(page, 'doctor')
    for (const [who, cost] of [
      [page, 0],
      [admin.page, 1],
    ] as const) {
      await who.goto('/medicines')
      await who.getByLabel('Find a medicine').fill(one.name)
      await who.getByRole('link', { name: new RegExp(one.name) }).waitFor()
      expect(await who.getByRole('columnheader', { name: 'Cost' }).count()).toBe(cost)
      await who.getByRole('link', { name: new RegExp(one.name) }).click()
      await who.locator('[data-batch="E2E-1"]').waitFor()
      expect((await who.getByText('RM 0.17').count()) > 0).toBe(cost > 0)
      expect(await who.getByRole('button', { name: 'Receive' }).count()).toBe(cost)
    }
    expect(faults).toEqual([])
  })
})
