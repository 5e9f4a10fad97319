import { describe, expect, it } from 'vitest'
import { amountField, billOf, endShift, haveShift, openBill, payable } from './cash-desk.ts'
import { call, go, peopleHere, signIn, uniqueName } from './lib.ts'

const person = peopleHere()

/** Two people: one who may queue and change everything, and a cashier with an open shift. */
async function deskAndAdmin() {
  const admin = await person()
  const desk = await person()
  await signIn(admin.page)
  await signIn(desk.page, 'cashier')
  await haveShift(desk.page)
  return { admin, desk }
}

describe('the cash desk', () => {
  it('takes a part by card and the rest in cash by the keyboard alone, prints, and the ticket is over', async () => {
    const { admin, desk } = await deskAndAdmin()
    const visit = await payable(admin.page, [
      ['Dressing', '18.52'],
      ['Nebuliser', '25.00'],
    ])
    const { page } = desk
    await page.goto('/queue')
    await page.locator('#main h1').waitFor()
    await go(page, 'a', 'Cashier')
    await page.locator(`#main [data-ticket="${visit.number}"]`).focus()
    await page.keyboard.press('Enter')
    await amountField(page).waitFor()
    await page.getByText('in cash RM 43.50 (rounding −RM 0.02)').waitFor()
    await page.keyboard.type('k20')
    await page.keyboard.press('Enter')
    await page.getByTestId('left').getByText('RM 23.52').waitFor()
    await page.keyboard.type('c50')
    await page.getByText('RM 26.50').waitFor()
    await page.keyboard.press('Enter')
    const receipt = page.locator('[data-receipt]')
    await receipt.getByText('RM 26.50').waitFor()
    await receipt.locator('button:focus').waitFor()
    const number = (await receipt.getAttribute('data-receipt')) ?? ''
    expect(number).toMatch(/^R\d{6,}$/)
    const print = await page.request.get(`/api/receipts/${number}.pdf?paper=roll80&language=en`)
    expect(print.headers()['content-type']).toContain('application/pdf')
    const printed = desk.context.waitForEvent('page')
    await page.keyboard.press('Enter')
    await printed
    await page.getByRole('heading', { name: 'Cashier' }).waitFor()
    await page.locator(`#main [data-ticket="${visit.number}"]`).waitFor({ state: 'detached' })
    const bill = await billOf(admin.page, visit)
    expect(bill).toMatchObject({ status: 'paid', ticket: { status: 'completed' } })
    expect(bill.payments[0]?.tenders.map(({ method, amount }) => [method, amount])).toEqual([
      ['card', '20.00'],
      ['cash', '23.50'],
    ])
    expect([...admin.faults, ...desk.faults]).toEqual([])
  })

  it('pays once for a double press, and once when the answer was lost and the page loaded again', async () => {
    const { admin, desk } = await deskAndAdmin()
    const { page } = desk
    const pressed = await payable(admin.page, [['Dressing', '30.00']])
    const sent: string[] = []
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/api/payments'))
        sent.push(request.headers()['idempotency-key'] ?? '')
    })
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    await page.route('**/api/payments', async (route) => {
      await held
      await route.continue()
    })
    await openBill(page, pressed)
    await page.keyboard.press('Enter')
    await page.keyboard.press('Enter')
    await page.locator('button[type=submit][data-loading]').first().waitFor()
    await page.keyboard.press('Enter')
    release()
    await page.locator('[data-receipt]').waitFor()
    expect(sent).toHaveLength(1)
    expect((await billOf(admin.page, pressed)).payments).toHaveLength(1)
    await page.unroute('**/api/payments')

    const lost = await payable(admin.page, [['Dressing', '31.00']])
    await page.route('**/api/payments', async (route) => {
      await route.fetch()
      await route.abort()
    })
    await openBill(page, lost)
    await page.keyboard.press('Enter')
    await page.getByText('No answer came to this payment').waitFor()
    await page.unroute('**/api/payments')
    await page.reload()
    await page.getByRole('button', { name: 'Send again' }).click()
    await page.locator('[data-receipt]').waitFor()
    expect(new Set(sent.slice(1)).size).toBe(1)
    expect((await billOf(admin.page, lost)).payments).toHaveLength(1)
  })

  it('goes on paying when the cashier leaves the page, and says so wherever he is', async () => {
    const { admin, desk } = await deskAndAdmin()
    const { page } = desk
    const visit = await payable(admin.page, [['Dressing', '12.00']])
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    await page.route('**/api/payments', async (route) => {
      await held
      await route.continue()
    })
    await openBill(page, visit)
    await page.keyboard.press('Enter')
    await page.locator('button[type=submit][data-loading]').first().waitFor()
    await page.getByRole('link', { name: 'Patients' }).click()
    await page.getByRole('heading', { name: 'Patients' }).waitFor()
    release()
    await page.getByText(/Payment recorded: receipt R\d+/).waitFor()
    expect((await billOf(admin.page, visit)).payments).toHaveLength(1)
  })

  it('tells the second of two cashiers that the first was quicker', async () => {
    const { admin, desk } = await deskAndAdmin()
    const visit = await payable(admin.page, [['Suture', '80.00']])
    // the second one's line is cut, so that he does not see it coming
    await admin.page.route('**/api/sse/**', (route) => route.abort())
    await openBill(admin.page, visit)
    await openBill(desk.page, visit)
    await desk.page.keyboard.press('Enter')
    await desk.page.locator('[data-receipt]').waitFor()
    await admin.page.keyboard.press('k')
    await admin.page.keyboard.press('Enter')
    await admin.page.getByText('Somebody else was quicker').waitFor()
    await admin.page.getByText(/took a payment on this bill: receipt R\d+/).waitFor()
    await admin.page.getByText('This bill is paid').waitFor()
    expect((await billOf(admin.page, visit)).payments).toHaveLength(1)
  })

  it('shows a line that somebody else adds, and takes no money before it was seen', async () => {
    const { admin, desk } = await deskAndAdmin()
    const visit = await payable(admin.page, [['Suture', '80.00']])
    await openBill(desk.page, visit)
    await openBill(admin.page, visit)
    await admin.page.keyboard.press('Alt+i')
    await admin.page.locator('input[name=description]:focus').waitFor()
    await admin.page.keyboard.type('Plaster')
    await admin.page.fill('input[name=price]', '5.5')
    await admin.page.keyboard.press('Enter')
    await admin.page.getByRole('cell', { name: 'Plaster', exact: true }).waitFor()
    // nothing of a bill is told but payments and moves: his press meets the new state
    await desk.page.keyboard.press('Enter')
    await desk.page.getByText('Left to pay: RM 80.00 before, RM 85.50 now.').waitFor()
    expect((await billOf(admin.page, visit)).payments).toHaveLength(0)
    await desk.page.getByRole('button', { name: 'I have seen it' }).click()
    await amountField(desk.page).waitFor()
    await desk.page.keyboard.press('Enter')
    await desk.page.locator('[data-receipt]').getByText('RM 85.50').first().waitFor()
  })

  it('gives a discount with a reason and a panel its share, by right', async () => {
    const { admin, desk } = await deskAndAdmin()
    const { page } = admin
    const code = `P${Date.now()}`
    await call(page, 'POST', '/api/panels', {
      code,
      name: uniqueName('Panel'),
      kind: 'company',
      percent: '80.00',
    })
    const visit = await payable(page, [['Scan', '100.00']])
    await openBill(desk.page, visit)
    await desk.page.getByRole('button', { name: 'Add item' }).waitFor()
    expect(await desk.page.getByRole('button', { name: 'Discount' }).count()).toBe(0)
    await openBill(page, visit)
    await page.getByRole('button', { name: 'Discount' }).click()
    await page.fill('input[name=discount]', '10')
    await page.fill('input[name=reason]', 'Staff')
    await page.keyboard.press('Enter')
    await page.getByText('Discount (Staff)').waitFor()
    await page.getByRole('button', { name: 'Panel', exact: true }).click()
    await page.getByRole('combobox', { name: 'Panel that pays' }).fill(code)
    await page.getByRole('option', { name: new RegExp(code) }).click()
    await page.fill('input[name=reference]', 'GL-4711')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('RM 72.00').waitFor()
    await page.locator('input[name=amount]').focus()
    await page.keyboard.press('p')
    await page.keyboard.press('Enter')
    await page.getByTestId('left').getByText('RM 18.00').waitFor()
    await page.keyboard.press('k')
    await page.keyboard.press('Enter')
    await page.locator('[data-receipt]').waitFor()
    await page.goto('/panels')
    await page
      .getByRole('row', { name: new RegExp(code) })
      .getByRole('button', { name: /owes$/ })
      .click()
    const line = page.getByRole('row', { name: new RegExp(visit.name) })
    await line.filter({ hasText: 'GL-4711' }).getByText('RM 72.00').waitFor()
  })

  it('refunds by an administrator with a reason; a cashier has no such button', async () => {
    const { admin, desk } = await deskAndAdmin()
    const visit = await payable(admin.page, [['Dressing', '44.00']])
    await openBill(desk.page, visit)
    await desk.page.keyboard.press('k')
    await desk.page.keyboard.press('Enter')
    const number = (await desk.page.locator('[data-receipt]').getAttribute('data-receipt')) ?? ''
    await desk.page.goto('/payments')
    await desk.page.getByRole('button', { name: `Open ${number}` }).click()
    await desk.page.getByRole('link', { name: 'Print a copy, A5' }).waitFor()
    expect(await desk.page.getByRole('button', { name: 'Refund' }).count()).toBe(0)

    await admin.page.goto('/payments')
    await admin.page.getByRole('button', { name: `Open ${number}` }).click()
    await admin.page.getByRole('button', { name: 'Refund' }).click()
    await admin.page.getByRole('button', { name: 'Refund' }).click()
    await admin.page.getByText('Say why').waitFor()
    await admin.page.fill('input[name=reason]', 'Taken from the wrong person')
    await admin.page.keyboard.press('Enter')
    await admin.page.locator(`[data-payment="${number}"] [data-state=refunded]`).waitFor()
    expect((await billOf(admin.page, visit)).status).toBe('refunded')
    await desk.page.keyboard.press('Escape')
    await desk.page.locator(`[data-payment="${number}"] [data-state=refunded]`).waitFor()
  })

  it('closes a shift by counting notes, wants a reason for a difference, and shows a cashier only his own', async () => {
    const desk = await person()
    const other = await person()
    await signIn(other.page, 'cashier')
    await haveShift(other.page)
    await signIn(desk.page, 'assistant')
    const { page } = desk
    await endShift(page)
    await page.goto('/cashier')
    await page.getByRole('button', { name: 'Open shift' }).click()
    await page.fill('input[name=float]', '150')
    await page.keyboard.press('Enter')
    await page.getByText('Should be in the drawer').waitFor()
    await page.getByRole('button', { name: 'Close shift' }).click()
    await page.fill('input[name=count-10000]', '1')
    await page.fill('input[name=count-2000]', '2')
    await page.reload()
    await page.getByRole('button', { name: 'Close shift' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('−RM 10.00').waitFor()
    await page.locator('input[name=count-2000]').focus()
    await page.keyboard.press('Enter')
    await dialog.getByText('Say where the difference comes from').waitFor()
    await page.fill('textarea[name=note]', 'Lent to the dispensary')
    await dialog.getByRole('button', { name: 'Close shift' }).click()
    await page.getByRole('button', { name: 'Open shift' }).waitFor()
    await page.goto('/shifts')
    const rows = page.locator('#main tbody tr')
    await rows.getByText('−RM 10.00').first().waitFor()
    const [mine] = await call<{ data: { cashier: { id: string; name: string } }[] }>(
      page,
      'GET',
      '/api/shifts',
    ).then(({ data }) => data)
    for (const row of await rows.all()) expect(await row.innerText()).toContain(mine?.cashier.name)
    expect(await page.getByText('Takings of the day').count()).toBe(0)
  })
})
