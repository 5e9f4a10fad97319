import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { call, type Doctor, doctorOf, go, peopleHere, signIn, uniqueName } from './lib.ts'

interface Ticket {
  id: string
  number: string
  status: string
}
const person = peopleHere()

async function arrive(admin: Page, doctor: Doctor, patient: Record<string, string>): Promise<Ticket> {
  const ticket = { doctorId: doctor.id, reason: 'Fever' }
  const made = await call<{ ticket: Ticket }>(admin, 'POST', '/api/registrations', { patient, ticket })
  return made.ticket
}

const row = (page: Page, { number }: Ticket) => page.locator(`#main [data-ticket="${number}"]`)

/** Opens a visit by the line's keys. */
async function open(page: Page, ticket: Ticket): Promise<void> {
  await page.goto('/consult')
  await row(page, ticket).getByText(ticket.number).click()
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/consult\/\d+$/)
  await page.locator('[data-jump=notes]').waitFor()
}

/** What Enter takes, once it belongs to what was typed. */
const choice = (page: Page, name: RegExp) =>
  page.locator('[role=listbox][aria-busy=false]').getByRole('option', { name, selected: true })

/** Types into the medicine field, takes the first that is found and writes how it is taken. */
async function order(page: Page, name: RegExp, typed: string, sig: string): Promise<void> {
  await page.keyboard.press('Alt+m')
  await page.locator('[data-jump=medicine]:focus').waitFor()
  await page.keyboard.type(typed)
  await choice(page, name).waitFor()
  await page.keyboard.press('Enter')
  await page.getByLabel('Dose').and(page.locator(':focus')).waitFor()
  await page.keyboard.type(sig)
  await page.keyboard.press('Enter')
}

describe('a consultation', () => {
  it('goes by keyboard from the call to the dispensary', async () => {
    const desk = await person()
    const { page, faults } = await person()
    await signIn(desk.page)
    const doctor = await doctorOf(desk.page, 'doctor', { mmcNumber: '48213' })
    const name = uniqueName('Halimah binti')
    const ticket = await arrive(desk.page, doctor, { name, allergies: 'Penicillin' })
    await signIn(page, 'doctor')
    // On the board `c` alone calls the next one; after `g` it must not.
    const calls: string[] = []
    page.on('request', (request) => {
      if (request.url().endsWith('/call-next')) calls.push(request.url())
    })
    await page.evaluate(() => localStorage.setItem('clinic.room', '9'))
    await page.goto('/queue')
    await row(page, ticket).waitFor()
    await go(page, 'c', 'Consult')
    expect(calls).toEqual([])
    await row(page, ticket).getByText(ticket.number).click()
    const called = page.waitForResponse(`**/api/queue/${ticket.id}/moves`)
    await page.keyboard.press('l')
    await row(page, ticket).getByText('Called').waitFor()
    await called
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/consult\/\d+$/)
    await page.getByText('Penicillin').waitFor()

    await page.locator('[data-jump=notes]').waitFor()
    await page.keyboard.press('Alt+n')
    await page.locator('[data-jump=notes]:focus').waitFor()
    await page.keyboard.type('Runny nose for two days')
    await page.keyboard.press('Alt+d')
    await page.locator('[data-jump=diagnosis]:focus').waitFor()
    await page.keyboard.type('J00')
    await choice(page, /^J00/).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('list', { name: 'Diagnoses' }).getByText('J00').waitFor()

    await order(page, /^Paracetamol 500 mg/, 'paracetamol', '2 tds 3/7')
    const lines = page.getByRole('list', { name: 'Prescription' })
    await lines.getByText('18 tablet').waitFor()
    await order(page, /^Amoxicillin/, 'amoxicillin', '1 tds 5/7')
    await page.getByText('Allergy on record').waitFor()
    await page
      .getByLabel(/^Why Amoxicillin/)
      .and(page.locator(':focus'))
      .waitFor()
    await page.keyboard.type('Tolerated last year')
    await page.keyboard.press('Enter')
    await lines.getByText('Ordered because: Tolerated last year').waitFor()

    // Nobody waits for a dialog: Enter is for whatever Alt+C opened.
    await page.keyboard.press('Alt+c')
    await page.keyboard.press('Enter')
    const paper = page.getByRole('link', { name: /^Print MC-\d+$/ })
    await paper.waitFor()
    const pdf = await page.request.get((await paper.getAttribute('href')) ?? '')
    expect(pdf.headers()['content-type']).toContain('application/pdf')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.getByRole('link', { name: /^MC-\d+$/ }).waitFor()

    await page.keyboard.press('Control+Enter')
    await page.waitForURL(/\/consult$/)
    const waiting = await call<{ data: Ticket[] }>(
      desk.page,
      'GET',
      `/api/queue?status=dispensing&limit=100&doctor=${doctor.id}`,
    )
    expect(waiting.data.map(({ id }) => id)).toContain(ticket.id)

    await page.getByRole('region', { name: 'Signed today' }).getByRole('link', { name }).click()
    await page.getByRole('button', { name: 'Amend', exact: true }).click()
    await page.getByLabel('Why it is amended').fill('Plan was left out')
    await page.getByLabel('Plan', { exact: true }).fill('Rest and fluids')
    await page.getByRole('button', { name: 'Save the amendment' }).click()
    const versions = page.getByRole('list', { name: 'How it was' })
    await versions.getByText('Reason: Plan was left out').waitFor()
    await versions.getByText('Rest and fluids').waitFor()
    expect(faults).toEqual([])
  })

  it('opens the visit behind the call of the same hand, however slow that call is', async () => {
    const desk = await person()
    const { page, faults } = await person()
    await signIn(desk.page)
    const doctor = await doctorOf(desk.page, 'doctor')
    const ticket = await arrive(desk.page, doctor, { name: uniqueName('Khatijah binti') })
    await signIn(page, 'doctor')
    await page.evaluate(() => localStorage.setItem('clinic.room', '9'))
    await page.goto('/consult')
    await row(page, ticket).getByText(ticket.number).click()
    const order: string[] = []
    page.on('request', (request) => {
      if (request.method() === 'POST') order.push(new URL(request.url()).pathname)
    })
    let opensAtOnce = true
    await page.route(`**/api/queue/${ticket.id}/moves`, async (route) => {
      // The visit is not opened while the call is on its way: a second request would be here by then.
      await page.waitForTimeout(500)
      opensAtOnce = order.includes('/api/consultations')
      await route.continue()
    })
    await page.keyboard.press('l')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/consult\/\d+$/)
    expect(opensAtOnce).toBe(false)
    expect(await page.getByText('was moved by').count()).toBe(0)
    expect(faults).toEqual([])
  })

  it('tells the second of two doctors who has the visit, and issues nothing without an MMC number', async () => {
    const here = await person()
    const there = await person()
    await signIn(there.page)
    const first = await doctorOf(there.page, 'doctor', { mmcNumber: '48213' })
    const second = await doctorOf(there.page, 'superadmin', { mmcNumber: null })
    const ticket = await arrive(there.page, first, { name: uniqueName('Kumar a/l') })
    const other = await arrive(there.page, second, { name: uniqueName('Tan Mei') })
    await signIn(here.page, 'doctor')
    // Nobody waits for a doctor in particular: it stands on the shared line of both.
    const shared = await call<{ ticket: Ticket }>(there.page, 'POST', '/api/registrations', {
      patient: { name: uniqueName('Chong Wei') },
    })
    await there.page.route('**/api/sse/**', (route) => route.abort())
    await there.page.goto('/consult')
    await row(there.page, shared.ticket).waitFor()
    await open(here.page, shared.ticket)
    await row(there.page, shared.ticket).getByText(shared.ticket.number).click()
    await there.page.keyboard.press('Enter')
    await there.page.getByText(`${first.name} has this visit`).waitFor()
    expect(new URL(there.page.url()).pathname).toBe('/consult')

    await open(here.page, ticket)
    await open(there.page, other)
    await there.page.keyboard.press('Alt+c')
    await there.page.getByText('No certificate without an MMC number').waitFor()
    expect([...here.faults, ...there.faults]).toEqual([])
  })

  it('keeps what is typed through a cut line and a reload, and shows what was changed elsewhere', async () => {
    const desk = await person()
    const { page, faults } = await person()
    await signIn(desk.page)
    const doctor = await doctorOf(desk.page, 'doctor', { mmcNumber: '48213' })
    const ticket = await arrive(desk.page, doctor, { name: uniqueName('Salmah binti') })
    await signIn(page, 'doctor')
    await open(page, ticket)
    const path = `/api/consultations/${new URL(page.url()).pathname.split('/').at(-1)}`
    const saved = () => call<{ subjective: string; plan: string; version: number }>(page, 'GET', path)
    const mark = (kind: string) => page.locator(`[data-save=${kind}]`)

    const cut = '**/api/consultations/*'
    await page.route(cut, (route) =>
      route.request().method() === 'PATCH' ? route.abort() : route.continue(),
    )
    await page.getByLabel('Subjective').fill('Cough at night')
    await mark('away').waitFor()
    expect((await saved()).subjective).toBe('')
    await page.reload()
    await page.getByText('What you typed before is here again.').waitFor()
    expect(await page.getByLabel('Subjective').inputValue()).toBe('Cough at night')
    await page.unroute(cut)
    await mark('saved').waitFor()
    const before = await saved()
    expect(before.subjective).toBe('Cough at night')

    // The same doctor writes elsewhere: one part that is not touched here, and one that is.
    await call(page, 'PATCH', path, {
      version: before.version,
      subjective: 'Cough by day',
      plan: 'Come again',
    })
    await page.getByLabel('Subjective').fill('Cough at night, no fever')
    await page.getByText('Plan, taken over: Come again').waitFor()
    await page.getByText('Subjective was changed there too: Cough by day').waitFor()
    await page.getByRole('button', { name: 'Keep mine' }).click()
    await mark('saved').waitFor()
    expect(await saved()).toMatchObject({ subjective: 'Cough at night, no fever', plan: 'Come again' })

    // A save arrives, but its answer does not: nothing is told, nothing is lost.
    let isLost = false
    await page.route(cut, async (route) => {
      if (isLost || route.request().method() !== 'PATCH') return route.continue()
      isLost = true
      await route.fetch()
      await route.abort()
    })
    await page.getByLabel('Objective').fill('Chest clear')
    await mark('away').waitFor()
    await mark('saved').waitFor()
    expect(await saved()).toMatchObject({
      objective: 'Chest clear',
      subjective: 'Cough at night, no fever',
    })
    expect(await page.getByText('This was changed elsewhere').count()).toBe(0)
    expect(faults).toEqual([])
  })
})
