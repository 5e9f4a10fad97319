import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { call, doctorOf, peopleHere, signIn, uniqueName } from './lib.ts'

interface Certificate {
  id: string
  version: number
  code: string
  number: string
}

const person = peopleHere()

/** A certificate of today for a new person, as the doctor that the signed-in person is. */
async function certificateFor(page: Page, name: string): Promise<Certificate & { patientId: string }> {
  const doctor = await doctorOf(page, 'superadmin', { mmcNumber: '48214' })
  const { ticket, patient } = await call<{ ticket: { id: string }; patient: { id: string } }>(
    page,
    'POST',
    '/api/registrations',
    { patient: { name }, ticket: { doctorId: doctor.id } },
  )
  const opened = await call<{ id: string; version: number; day: string }>(
    page,
    'POST',
    '/api/consultations',
    { ticketId: ticket.id },
  )
  await call(page, 'PATCH', `/api/consultations/${opened.id}`, {
    version: opened.version,
    diagnoses: [{ code: 'J00' }],
  })
  const leave = { from: opened.day, to: opened.day }
  const made = await call<Certificate>(page, 'POST', `/api/consultations/${opened.id}/certificate`, leave)
  return { ...made, patientId: patient.id }
}

describe("a patient's file", () => {
  it('tells what happened, and anybody can check the certificate: genuine, void, not ours', async () => {
    const { page, faults } = await person()
    const employer = await person({ width: 390 })
    await signIn(page)
    const made = await certificateFor(page, uniqueName('Hafiz bin'))
    await page.goto(`/patients/${made.patientId}`)
    await page.getByText('J00').first().waitFor()
    await page.getByRole('link', { name: made.number }).waitFor()

    const address = `/verify/${encodeURIComponent(made.code)}`
    await employer.page.goto(address)
    await employer.page.getByText('Genuine', { exact: true }).waitFor()
    await employer.page.getByText(made.number).waitFor()
    const text = await employer.page.locator('main').innerText()
    expect(text).not.toContain('Hafiz')
    expect(text).not.toContain('J00')
    const reason = { reason: 'Wrong day', version: made.version }
    await call(page, 'POST', `/api/certificates/${made.id}/void`, reason)
    await employer.page.goto(address)
    await employer.page.getByText('Void', { exact: true }).waitFor()
    await employer.page.goto('/verify/nothing-of-ours')
    await employer.page.getByText('Not ours', { exact: true }).waitFor()
    expect([...faults, ...employer.faults]).toEqual([])
  })

  it('takes in another record of the same person, and lets it go again', async () => {
    const { page, faults } = await person()
    await signIn(page)
    const name = uniqueName('Lee Chong')
    const phone = '012-345 6702'
    const one = await call<{ id: string }>(page, 'POST', '/api/patients', { name, phone })
    const other = await call<{ id: string; clinicNumber: string }>(page, 'POST', '/api/patients', {
      name: `${name} Senior`,
      phone: '012-345 6703',
      company: 'Petronas',
    })
    await page.goto(`/patients/${one.id}`)
    // What stands above the button has come; before that it would move away under the hand.
    await page.getByText('No visit yet.').waitFor()
    await page.getByText('Belongs to no family yet.').waitFor()
    await page.getByRole('button', { name: 'Put another record into this one' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('The other record').first().fill(other.clinicNumber)
    await page.getByRole('option', { name: new RegExp(other.clinicNumber) }).click()
    await dialog.getByRole('radio', { name: '012-345 6703' }).check()
    await dialog.getByRole('button', { name: 'Put together' }).click()
    await page.getByText('Petronas').waitFor()
    await page.locator('#main dl').getByText('012-345 6703').waitFor()
    await page.getByRole('heading', { name, exact: true }).waitFor()

    await page.goto(`/patients/${other.id}`)
    await page.getByText('This record was put into another one').waitFor()
    await page.getByRole('link', { name: /^Open P-\d+$/ }).click()
    await page.waitForURL(`**/patients/${one.id}`)

    await page.getByRole('button', { name: 'Take apart' }).click()
    await page.getByRole('button', { name: 'Yes, take apart' }).click()
    await page.getByText('The two records are apart again').waitFor()
    await page.locator('#main dl').getByText('012-345 6702').waitFor()
    await page.getByRole('link', { name: `Open ${other.clinicNumber}` }).click()
    await page.getByRole('heading', { name: `${name} Senior` }).waitFor()
    expect(faults).toEqual([])
  })

  it('says who belongs together', async () => {
    const { page, faults } = await person()
    await signIn(page, 'assistant')
    const [mother, child] = [uniqueName('Mariam binti'), uniqueName('Adam bin')]
    const { id } = await call<{ id: string }>(page, 'POST', '/api/patients', { name: mother })
    await call(page, 'POST', '/api/patients', { name: child })
    await page.goto(`/patients/${id}`)
    await page.getByRole('button', { name: 'New family' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'New family' }).click()
    const family = page.getByRole('region', { name: `Family of ${mother}` })
    await family.getByRole('button', { name: 'Add somebody' }).click()
    await family.getByLabel('Who belongs to it').first().fill(child)
    await page.getByRole('option', { name: new RegExp(child) }).click()
    await family.getByRole('button', { name: 'Add somebody' }).click()
    await family.getByRole('link', { name: child }).waitFor()
    await family.getByRole('button', { name: `Take out: ${child}` }).click()
    await family.getByRole('link', { name: child }).waitFor({ state: 'detached' })
    expect(faults).toEqual([])
  })

  it('is given out as a package, for a reason, and is fetched from where it is made', async () => {
    const { page, faults } = await person()
    await signIn(page)
    const name = uniqueName('Zarina binti')
    const { id } = await call<{ id: string }>(page, 'POST', '/api/patients', { name })
    await page.goto(`/patients/${id}`)
    await page.getByRole('button', { name: 'More', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Give out the whole file' }).click()
    const dialog = page.getByRole('dialog')
    const make = dialog.getByRole('button', { name: 'Make the package' })
    await dialog.locator('input:focus').waitFor()
    expect(await make.isDisabled()).toBe(true)
    await dialog.getByLabel('Why is it given out?').fill('She asked for it')
    await make.click()
    await page.getByRole('heading', { name: "Export: A patient's whole file" }).waitFor()
    const link = page.locator('#main').getByRole('link', { name: 'Download', exact: true })
    await link.waitFor()
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()])
    expect(download.suggestedFilename()).toMatch(/^patient-file-P-\d+-[\d-]+\.zip$/)
    await download.delete()
    expect(faults).toEqual([])
  })
})
