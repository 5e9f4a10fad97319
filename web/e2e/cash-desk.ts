import type { Page } from 'playwright-core'
import { call, uniqueName } from './lib.ts'

/** A visit that waits to be paid. */
export interface Visit {
  id: string
  number: string
  visitId: string
  version: number
  name: string
}

/** What the tests look at of a bill. */
export interface Bill {
  version: number
  status: string
  payments: { number: string; tenders: { method: string; amount: string }[] }[]
  ticket: { status: string } | null
}

/** Somebody who waits to pay, with lines on the bill; made by whoever sits at the page, by the API. */
export async function payable(page: Page, lines: [description: string, unitPrice: string][]): Promise<Visit> {
  const name = uniqueName('Nurul binti')
  let { ticket } = await call<{ ticket: Visit }>(page, 'POST', '/api/registrations', { patient: { name } })
  for (const to of ['in_consultation', 'payment'])
    ticket = await call<Visit>(page, 'POST', `/api/queue/${ticket.id}/moves`, { to, version: ticket.version })
  let version = 0
  for (const [description, unitPrice] of lines)
    version = (
      await call<Bill>(page, 'POST', `/api/bills/${ticket.visitId}/items`, {
        version,
        kind: 'procedure',
        description,
        quantity: 1,
        unitPrice,
      })
    ).version
  return { ...ticket, name }
}

/** Cash needs an open shift; whoever has one keeps it. */
export async function haveShift(page: Page): Promise<void> {
  await call(page, 'POST', '/api/shifts', { float: '100.00' }).catch((error: Error) => {
    if (!error.message.includes(' 409 ')) throw error
  })
}

/** The bill as it is. */
export const billOf = (page: Page, { visitId }: Visit) => call<Bill>(page, 'GET', `/api/bills/${visitId}`)

/** The amount with the hand in it. */
export const amountField = (page: Page) => page.locator('input[name=amount]:focus')

/** Opens a bill from the list, as a cashier does. */
export async function openBill(page: Page, visit: Visit): Promise<void> {
  await page.goto('/cashier')
  await page.locator(`#main [data-ticket="${visit.number}"]`).click()
  await amountField(page).waitFor()
}

/** Ends the shift of whoever sits at the page, if one is open. */
export async function endShift(page: Page): Promise<void> {
  type Shifts = { data: { id: string; version: number }[] }
  const { user } = await call<{ user: { id: string } }>(page, 'GET', '/api/auth/me')
  const { data } = await call<Shifts>(page, 'GET', `/api/shifts?status=open&cashier=${user.id}`)
  for (const { id, version } of data)
    await call(page, 'POST', `/api/shifts/${id}/close`, {
      version,
      counted: { cash: '0.00' },
      note: 'Left open by an earlier try',
    })
}
