import { describe, expect, it } from 'vitest'
import { call, peopleHere, signIn, uniqueName } from './lib.ts'

const person = peopleHere()

interface Setting {
  name: string
  value: unknown
  version: number
}

describe('setting up the clinic', () => {
  it('leads through the steps, is taken up where it was left, and ends', async () => {
    const { page, faults } = await person()
    await signIn(page)
    const settings = async (): Promise<Setting[]> =>
      (await call<{ data: Setting[] }>(page, 'GET', '/api/settings')).data
    const one = async (name: string) => (await settings()).find((each) => each.name === name) as Setting
    const { version } = await one('clinic.setUp')
    await call(page, 'PATCH', '/api/settings/clinic.setUp', { value: [], version })
    await page.goto('/patients')
    await page.getByRole('link', { name: 'Continue set-up' }).click()
    await page.waitForURL(/\/setup\/clinic$/)

    const address = uniqueName('12 Jalan Ceria,')
    await page.getByLabel('Address on print-outs').fill(address)
    await page.getByRole('button', { name: 'Save and continue' }).click()
    await page.waitForURL(/\/setup\/logo$/)
    expect((await one('clinic.address')).value).toBe(address)

    const buffer = await page.screenshot()
    await page.setInputFiles('input[type=file]', { name: 'logo.png', mimeType: 'image/png', buffer })
    await page.getByRole('img', { name: 'Logo of the clinic' }).waitFor()
    await page.getByRole('button', { name: 'Continue', exact: true }).click()
    await page.waitForURL(/\/setup\/doctors$/)

    await page.goto('/setup')
    await page.waitForURL(/\/setup\/doctors$/)
    expect((await one('clinic.setUp')).value).toEqual(['clinic', 'logo'])
    const code = `S${Date.now().toString(36).toUpperCase()}`.slice(0, 10)
    const name = uniqueName('Dr Setup')
    await page.getByRole('button', { name: 'Add doctor' }).click()
    await page.getByRole('textbox', { name: 'Short code' }).fill(code)
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill(name)
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await page.getByText(name).waitFor()
    await page.getByRole('button', { name: 'Continue', exact: true }).click()

    const mine = page.getByRole('checkbox', { name, exact: true })
    await mine.waitFor()
    // Doctors of other tests keep the hours they have.
    for (const other of await page
      .getByRole('group', { name: 'Save this week for' })
      .getByRole('checkbox')
      .all())
      await other.setChecked(false)
    await mine.setChecked(true)
    const saturday = page.getByRole('switch', { name: 'Saturday' })
    for (const open of [false, true]) await saturday.setChecked(open)
    const from = page.getByLabel('Saturday, stretch 1, from')
    await from.fill('10')
    await from.blur()
    await expect.poll(() => from.inputValue()).toBe('10:00')
    await page.getByRole('button', { name: 'Save and continue' }).click()
    await page.waitForURL(/\/setup\/numbers$/)
    interface Doctor {
      name: string
      workingHours: Record<string, unknown>
    }
    const { data } = await call<{ data: Doctor[] }>(page, 'GET', '/api/doctors')
    expect(data.find((doctor) => doctor.name === name)?.workingHours.sat).toEqual([
      { from: '10:00', to: '13:00' },
      { from: '14:00', to: '18:00' },
    ])

    await page.goto('/setup/patients')
    await page.getByRole('button', { name: 'Finish set-up' }).click()
    await page.waitForURL((url) => !url.pathname.startsWith('/setup'))
    await expect.poll(async () => (await one('clinic.setUp')).value).toContain('finished')
    await page.goto('/patients')
    await page.locator('#main h1').waitFor()
    await expect.poll(() => page.getByText('not set up yet').count()).toBe(0)
    expect(faults).toEqual([])
  })

  it('is not offered to those who may not change settings', async () => {
    const { page } = await person()
    await signIn(page, 'cashier')
    await page.goto('/setup')
    await page.waitForURL((url) => !url.pathname.startsWith('/setup'))
    expect(await page.getByText('Continue set-up').count()).toBe(0)
  })
})
