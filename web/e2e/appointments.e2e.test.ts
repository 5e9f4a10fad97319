import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { call, peopleHere, signIn, uniqueName } from './lib.ts'

interface Ticket {
  id: string
  number: string
  version: number
}

interface Doctor {
  id: string
  name: string
}

const person = peopleHere()
const DAY_MS = 86_400_000
const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

const clinicDay = (ms: number): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Kuala_Lumpur' }).format(ms)

/** A doctor who works around the clock, so that it does not matter when this runs. */
async function busyDoctor(admin: Page): Promise<Doctor> {
  const name = uniqueName('Dr. Time')
  const code = name
    .replace(/[^a-z]/gi, '')
    .slice(-10)
    .toUpperCase()
  const hours = Object.fromEntries(WEEKDAYS.map((day) => [day, [{ from: '00:00', to: '23:59' }]]))
  return call<Doctor>(admin, 'POST', '/api/doctors', { code, name, workingHours: hours })
}

const patientNamed = (page: Page, name: string) =>
  call<{ id: string }>(page, 'POST', '/api/patients', { name })

const columnOf = (page: Page, doctor: Doctor) => page.getByRole('region', { name: doctor.name })

/** Opens the dialog at a free time of tomorrow and picks the person. */
async function ask(page: Page, doctor: Doctor, time: string, name: string): Promise<void> {
  await columnOf(page, doctor)
    .getByRole('button', { name: `Book ${time}` })
    .click()
  await page.getByRole('dialog').getByLabel('Patient', { exact: true }).first().fill(name)
  await page.getByRole('option', { name: new RegExp(name) }).click()
}

const send = (page: Page) =>
  page.getByRole('dialog').getByRole('button', { name: 'Book', exact: true }).click()

describe('appointments', () => {
  it('are booked into free times, say when a time was taken meanwhile, and get another time', async () => {
    const admin = await person()
    const { page, faults } = await person()
    await signIn(admin.page)
    const doctor = await busyDoctor(admin.page)
    const [name, other] = [uniqueName('Kamala a/p'), uniqueName('Farid bin')]
    await patientNamed(admin.page, name)
    const { id: otherId } = await patientNamed(admin.page, other)
    await signIn(page, 'assistant')
    // Her line is cut, or she would see the time go before she asks for it.
    await page.route('**/api/sse/**', (route) => route.abort())
    await page.goto('/appointments')
    await page.getByRole('button', { name: 'Later' }).click()
    await ask(page, doctor, '09:00', name)
    const start = `${clinicDay(Date.now() + DAY_MS)}T09:00:00+08:00`
    await call(admin.page, 'POST', '/api/appointments', { patientId: otherId, doctorId: doctor.id, start })
    await send(page)
    await page.getByText('This time was just taken').waitFor()
    await page.getByRole('dialog').getByLabel('Time', { exact: true }).first().click()
    await page.getByRole('option', { name: '09:20', exact: true }).click()
    await send(page)
    const card = columnOf(page, doctor).getByRole('button', { name: new RegExp(name) })
    await card.getByText('09:20–09:35').waitFor()
    await columnOf(page, doctor).getByText(other).waitFor()

    await card.click()
    await page.getByRole('button', { name: 'Another time' }).click()
    await page.getByRole('dialog').getByLabel('Time', { exact: true }).first().click()
    await page.getByRole('option', { name: '10:00', exact: true }).click()
    await page.getByRole('button', { name: 'Save the new time' }).click()
    await card.getByText('10:00–10:15').waitFor()

    await card.click()
    await page.getByRole('button', { name: 'Cancel appointment' }).click()
    await card.getByText('Cancelled').waitFor()
    expect(faults).toEqual([])
  })

  it('become a ticket when the patient arrives', async () => {
    const admin = await person()
    const { page, faults } = await person()
    await signIn(admin.page)
    const doctor = await busyDoctor(admin.page)
    const name = uniqueName('Suresh a/l')
    const { id: patientId } = await patientNamed(admin.page, name)
    const query = new URLSearchParams({ doctor: doctor.id, day: clinicDay(Date.now()), minutes: '5' })
    const free = await call<{ data: string[] }>(admin.page, 'GET', `/api/appointments/free?${query}`)
    const start = free.data.at(-1)
    // in the last minutes of a day nobody can be booked on it any more
    if (start === undefined) return
    const wanted = { patientId, doctorId: doctor.id, start, minutes: 5 }
    await call(admin.page, 'POST', '/api/appointments', wanted)
    await signIn(page, 'assistant')
    await page.goto('/appointments')
    const card = columnOf(page, doctor).getByRole('button', { name: new RegExp(name) })
    await card.click()
    await page.getByRole('button', { name: 'Has arrived' }).click()
    const slip = page.getByRole('dialog', { name: /^Slip [A-Z]\d+$/ })
    await slip.getByRole('img', { name: /^Code that leads/ }).waitFor()
    const number = (await slip.getByText(/^[A-Z]\d{3}$/).innerText()).trim()
    await page.keyboard.press('Escape')
    await card.getByText('Arrived').waitFor()
    await page.goto('/queue')
    await page.locator(`[data-ticket="${number}"]`).getByText(name).waitFor()

    // the calendar follows the ticket by itself
    await page.goto('/appointments')
    await card.getByText('Arrived').waitFor()
    const { data } = await call<{ data: Ticket[] }>(admin.page, 'GET', '/api/queue')
    let ticket = data.find((each) => each.number === number) as Ticket
    for (const to of ['in_consultation', 'completed']) {
      const move = { to, version: ticket.version }
      ticket = await call<Ticket>(admin.page, 'POST', `/api/queue/${ticket.id}/moves`, move)
    }
    await card.getByText('Done').waitFor()
    expect(faults).toEqual([])
  })
})
