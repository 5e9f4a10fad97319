import { describe, expect, it } from 'vitest'
import { BASE_URL, peopleHere, signIn, uniqueName } from './lib.ts'

const person = peopleHere()

/** What the API answers a script that carries a token. */
const asScript = (token: string, path: string) =>
  fetch(`${BASE_URL}${path}`, { headers: { Authorization: `Bearer ${token}` } }).then(({ status }) => status)

describe('API tokens', () => {
  it('are made with some rights, shown once, used and ended', async () => {
    const { page, faults } = await person()
    await signIn(page)
    await page.goto('/admin/tokens')
    const name = uniqueName('Script')
    await page.getByRole('button', { name: 'New token' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill(name)
    await page.getByRole('checkbox', { name: 'See patients', exact: true }).check()
    await page.getByRole('button', { name: 'Make token' }).click()
    const token = (await page.locator('[data-secret]').textContent())?.trim() ?? ''
    expect(token).toMatch(/^clinic_/)
    expect(await asScript(token, '/api/patients?limit=1')).toBe(200)
    expect(await asScript(token, '/api/users')).toBe(403)
    await page.getByRole('button', { name: 'Done' }).click()
    const row = page.getByRole('row').filter({ hasText: name })
    await row.getByText('1 right').waitFor()
    expect(await page.getByText(token).count()).toBe(0)
    await row.getByRole('button').click()
    await page.getByRole('dialog').getByRole('button', { name: 'End', exact: true }).click()
    await row.waitFor({ state: 'detached' })
    expect(await asScript(token, '/api/patients?limit=1')).toBe(401)
    expect(faults).toEqual([])
  })

  it('and the rights of a person are named in the own language', async () => {
    const { page } = await person({ language: 'ms' })
    await signIn(page)
    await page.goto('/admin/users')
    const row = page.getByRole('row').filter({ hasText: 'cashier' })
    await row.first().getByRole('button', { name: 'Ubah' }).click()
    const own = page.getByRole('checkbox', { name: 'Terima bayaran', exact: true })
    await own.waitFor()
    expect(await own.isDisabled()).toBe(true)
    expect(await page.getByRole('checkbox', { name: 'Beri diskaun', exact: true }).isEnabled()).toBe(true)
    await page.getByRole('group', { name: 'Juruwang' }).waitFor()
  })
})
