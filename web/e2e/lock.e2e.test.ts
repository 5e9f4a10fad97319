import type { BrowserContext, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { call, PASSWORD, peopleHere, type Seat, seriousFaults, signIn, staff, uniqueName } from './lib.ts'

const person = peopleHere()
/** More than the ten minutes after which a page locks itself. */
const LEFT_ALONE = '11:00'

/** Somebody new at a desk whose page's clock can be put forward. */
async function atDesk(role: string): Promise<Seat & { username: string; password: string; admin: Page }> {
  const admin = await person()
  await signIn(admin.page)
  const who = await staff(admin.page, role)
  const seat = await person()
  await seat.page.clock.install()
  await signIn(seat.page, who.username, who.password)
  return { ...seat, ...who, admin: admin.page }
}

/** What the server answers to this browser's cookie. */
const standing = async (context: BrowserContext): Promise<number> =>
  (await context.request.get('/api/auth/me')).status()

const lockForm = (page: Page) => page.getByRole('heading', { name: 'Locked', exact: true })
async function unlock(page: Page, password: string): Promise<void> {
  await page.locator('input[name=password]:focus').waitFor()
  await page.keyboard.type(password)
  await page.keyboard.press('Enter')
}

describe('a page that is left alone', () => {
  it('locks itself, shows nothing of anybody, and is as it was when its owner is back', async () => {
    const { page, context, faults, password, admin } = await atDesk('assistant')
    const name = uniqueName('Zaharah binti')
    const { id } = await call<{ id: string }>(admin, 'POST', '/api/patients', {
      name,
      allergies: 'Penicillin',
    })
    await page.goto(`/patients/${id}`)
    await page.getByRole('heading', { name }).waitFor()
    await page.getByRole('button', { name: 'Edit', exact: true }).click()
    await page.locator('form input[name=name]').waitFor()
    await page.getByLabel('Company', { exact: false }).first().fill('Half a sentence')
    await page.keyboard.press('Escape')
    const title = await page.title()

    await page.clock.fastForward(LEFT_ALONE)
    await lockForm(page).waitFor()
    await expect.poll(() => standing(context), { timeout: 60_000 }).toBe(401)
    const seen = `${await page.title()} ${await page.locator('body').innerText()}`
    for (const secret of [name, 'Penicillin', 'Half a sentence']) expect(seen).not.toContain(secret)
    expect(await page.getByRole('link').count()).toBe(0)
    expect(await seriousFaults(page)).toEqual([])

    await unlock(page, 'certainly not this one')
    await page.getByText('User name or password is wrong.').waitFor()
    await unlock(page, password)
    await page.getByRole('heading', { name }).waitFor()
    expect(await page.getByLabel('Company', { exact: false }).first().inputValue()).toBe('Half a sentence')
    expect([await page.title(), await standing(context)]).toEqual([title, 200])
    expect(faults).toEqual([])
  })

  it('hides an open dialog and its keys, and keeps what is typed in it', async () => {
    const { page, faults, password } = await atDesk('admin')
    await page.goto('/admin/tokens')
    await page.getByRole('button', { name: 'New token' }).click()
    const field = page.getByRole('dialog').locator('input').first()
    await field.fill('Half a name')
    await page.clock.fastForward(LEFT_ALONE)
    await lockForm(page).waitFor()
    await page.locator('input[name=password]:focus').waitFor()
    expect(await page.getByRole('dialog').count()).toBe(0)
    // neither closes the dialog nor goes anywhere
    for (const key of ['Escape', 'Tab', 'g', 'q']) await page.keyboard.press(key)
    await page.locator('input[name=password]').fill(password)
    await page.locator('input[name=password]').press('Enter')
    await page.getByRole('dialog').waitFor()
    expect([await field.inputValue(), new URL(page.url()).pathname]).toEqual(['Half a name', '/admin/tokens'])
    expect(faults).toEqual([])
  })

  it('locks all tabs of its browser together, at once when told to, and each goes on when one is opened', async () => {
    const { page, context, password } = await atDesk('assistant')
    const second = await context.newPage()
    await second.goto('/patients')
    await second.locator('#main h1').waitFor()
    await page.getByRole('button', { name: /^Staff / }).click()
    await page.getByRole('menuitem', { name: 'Lock the screen' }).click()
    for (const tab of [page, second]) await lockForm(tab).waitFor()
    await expect.poll(() => standing(context), { timeout: 60_000 }).toBe(401)
    await unlock(second, password)
    for (const tab of [page, second]) await tab.locator('#main h1').waitFor()
    // and a new tab beside a locked one asks who is there
    await page.getByRole('button', { name: /^Staff / }).click()
    await page.getByRole('menuitem', { name: 'Lock the screen' }).click()
    await expect.poll(() => standing(context), { timeout: 60_000 }).toBe(401)
    const third = await context.newPage()
    await third.goto('/patients')
    await third.locator('input[name=username]').waitFor()
  })

  it('leaves nothing for somebody else', async () => {
    const { page, admin } = await atDesk('assistant')
    const name = uniqueName('Mariam binti')
    await call(admin, 'POST', '/api/registrations', { patient: { name } })
    await page.goto('/patients/new')
    await page.locator('input[name=name]').fill(name)
    await page.clock.fastForward(LEFT_ALONE)
    await lockForm(page).waitFor()
    await page.getByRole('button', { name: /^Somebody else/ }).click()
    await page.locator('input[name=username]').waitFor()
    const left = await page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }]))
    expect(left).not.toContain(name)
    await page.fill('input[name=username]', 'cashier')
    await page.fill('input[name=password]', PASSWORD)
    await page.keyboard.press('Enter')
    await page.locator('#main h1').first().waitFor()
    await page.getByRole('button', { name: 'Cashier' }).waitFor()
  })

  it('stays open where the settings say so', async () => {
    const admin = await person()
    await signIn(admin.page)
    const set = async (value: string[]) => {
      type Setting = { name: string; version: number }
      const { data } = await call<{ data: Setting[] }>(admin.page, 'GET', '/api/settings')
      const version = data.find(({ name }) => name === 'screens.lockRoles')?.version
      await call(admin.page, 'PATCH', '/api/settings/screens.lockRoles', { value, version })
    }
    const all = ['super_admin', 'admin', 'doctor', 'assistant', 'pharmacist', 'cashier']
    await set(all.filter((role) => role !== 'pharmacist'))
    try {
      const { page, context } = await atDesk('pharmacist')
      await page.clock.fastForward(LEFT_ALONE)
      await page.mouse.move(5, 5)
      expect(await standing(context)).toBe(200)
      expect(await lockForm(page).count()).toBe(0)
    } finally {
      await set(all)
    }
  })
})
