import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { call, peopleHere, signIn, uniqueName } from './lib.ts'

interface Ticket {
  id: string
  number: string
  version: number
  status: string
}

const SPOKEN_MS = 180_000

const person = peopleHere()

/** A new person with a ticket, by the API. */
async function ticketFor(page: Page, name: string): Promise<Ticket> {
  const made = await call<{ ticket: Ticket }>(page, 'POST', '/api/registrations', { patient: { name } })
  return made.ticket
}

const card = (page: Page, { number }: Ticket) => page.locator(`[data-ticket="${number}"]`)

/** Chooses a ticket of the board, so that the keys are about it. */
async function choose(page: Page, ticket: Ticket): Promise<void> {
  await card(page, ticket).click()
  await page.locator(`[data-ticket="${ticket.number}"][aria-pressed=true]:focus`).waitFor()
}

describe('the queue', () => {
  it('registers and queues without the mouse, warns of likely duplicates, and shows the slip', async () => {
    const { page, faults } = await person()
    await signIn(page, 'assistant')
    const name = uniqueName('Rosnah binti')
    await call(page, 'POST', '/api/patients', { name, phone: '012-345 6701' })
    await page.getByRole('heading', { name: 'Queue' }).waitFor()
    await page.keyboard.press('n')
    await page.getByRole('heading', { name: 'Register patient' }).waitFor()
    await page.locator('input[name=name]:focus').waitFor()
    await page.keyboard.type(name)
    await page.fill('input[name=phone]', '012-345 6701')
    await page.getByRole('heading', { name: 'Already in the file?' }).waitFor()
    await page.keyboard.press('Enter')
    const slip = page.getByRole('dialog', { name: /^Slip [A-Z]\d+$/ })
    await slip.getByRole('img', { name: /^Code that leads/ }).waitFor()
    const number = (await slip.getByText(/^[A-Z]\d{3}$/).innerText()).trim()
    await page.keyboard.press('Escape')
    await page.locator(`[data-ticket="${number}"]`).getByText(name).waitFor()
    expect(faults).toEqual([])
  })

  it('shows a move on every screen at once, and who was slower is told', async () => {
    const here = await person()
    const there = await person()
    await signIn(here.page, 'assistant')
    await signIn(there.page, 'doctor')
    const ticket = await ticketFor(here.page, uniqueName('Devi a/p'))
    await card(there.page, ticket).waitFor()
    await choose(here.page, ticket)
    await here.page.keyboard.press('h')
    const aside = there.page.getByRole('region', { name: 'Set aside' })
    await aside.locator(`[data-ticket="${ticket.number}"]`).waitFor()

    // The line of one of them is cut; meanwhile the other moves the ticket, and the first one's press is too late.
    await there.page.route('**/api/sse/**', (route) => route.abort())
    await here.page.route(`**/api/queue/${ticket.id}/moves`, async (route) => {
      const { version } = await call<Ticket>(there.page, 'POST', `/api/queue/${ticket.id}/undo`, {})
      await call(there.page, 'POST', `/api/queue/${ticket.id}/moves`, { to: 'called', room: '7', version })
      await route.continue()
    })
    await here.page.keyboard.press('b')
    await here.page.getByText(`${ticket.number} was moved by `).waitFor()
    const called = here.page.getByRole('region', { name: 'Called' })
    await called.locator(`[data-ticket="${ticket.number}"]`).waitFor()
  })

  it('shows who came while the board was being read for the first time', async () => {
    const { page } = await person()
    await signIn(page, 'assistant')
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const isRead = new Promise<void>((resolve) => {
      void page.route('**/api/queue?status=*', async (route) => {
        const answer = await route.fetch()
        resolve()
        await held
        await route.fulfill({ response: answer })
      })
    })
    await page.goto('/queue')
    await isRead
    await page.getByText('Live', { exact: true }).waitFor()
    const ticket = await ticketFor(page, uniqueName('Rokiah binti'))
    release()
    await card(page, ticket).waitFor()
    await page.unrouteAll({ behavior: 'ignoreErrors' })
  })

  it('takes the last move back by one key', async () => {
    const { page } = await person()
    await signIn(page, 'assistant')
    const ticket = await ticketFor(page, uniqueName('Lim Ah'))
    await choose(page, ticket)
    await page.keyboard.press('x')
    await page
      .getByRole('region', { name: 'Set aside' })
      .locator(`[data-ticket="${ticket.number}"]`)
      .waitFor()
    await page.keyboard.press('u')
    await page.getByRole('region', { name: 'Waiting' }).locator(`[data-ticket="${ticket.number}"]`).waitFor()
  })

  it('reaches the waiting-room screen, which says so, and the phone of who holds the slip', async () => {
    const desk = await person()
    const hall = await person({ width: 1280, height: 720 })
    const phone = await person({ width: 390 })
    await signIn(desk.page)
    const { pairingCode } = await call<{ pairingCode: string }>(desk.page, 'POST', '/api/displays', {
      name: 'Hall',
    })
    // It is silent at night, and this may run at any hour.
    await hall.context.addInitScript(() => {
      localStorage.setItem('clinic.screen', JSON.stringify({ quietFrom: '00:00', quietTo: '00:00' }))
    })
    await hall.page.goto('/display')
    await hall.page.getByLabel('Code').fill(pairingCode)
    await hall.page.keyboard.press('Enter')
    await hall.page.locator('time').waitFor()
    const made = await call<{ ticket: Ticket & { slipToken: string } }>(
      desk.page,
      'POST',
      '/api/registrations',
      { patient: { name: uniqueName('Secretive Person') } },
    )
    await phone.page.goto(`/track/${made.ticket.slipToken}`)
    await phone.page.getByText(made.ticket.number).waitFor()
    await choose(desk.page, made.ticket)
    await desk.page.getByPlaceholder('Room').fill('4')
    await card(desk.page, made.ticket).focus()
    await desk.page.locator(`[data-ticket="${made.ticket.number}"][aria-pressed=true]:focus`).waitFor()
    await desk.page.keyboard.press('l')
    await hall.page.getByText(made.ticket.number).first().waitFor()
    expect(await hall.page.locator('main').innerText()).not.toContain('Secretive')
    await card(desk.page, made.ticket)
      .getByText(/shown|spoken/)
      .waitFor()
    await card(desk.page, made.ticket).getByText('spoken').waitFor({ timeout: SPOKEN_MS })
    await phone.page.getByText('Please go to room 4 now').waitFor({ timeout: SPOKEN_MS })
    expect([...desk.faults, ...hall.faults, ...phone.faults]).toEqual([])
  })
})
