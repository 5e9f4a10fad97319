import { describe, expect, it } from 'vitest'
import { call, peopleHere, signIn, uniqueName } from './lib.ts'

const person = peopleHere()

interface Family {
  name: string
  members: { patientId: string; name: string; relation: string }[]
}

describe('a family', () => {
  it('is registered in one go, new and known members, with a ticket each; and renamed', async () => {
    const { page, faults } = await person()
    await signIn(page)
    const known = await call<{ id: string; name: string }>(page, 'POST', '/api/patients', {
      name: uniqueName('Halimah binti'),
    })
    const head = uniqueName('Ismail bin')
    await page.goto('/patients/new')
    await page.getByRole('link', { name: 'Several at once' }).click()
    await page.locator('[data-member]').waitFor()
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill(head)
    await page.getByRole('button', { name: 'Add somebody from the file' }).click()
    const second = page.getByRole('group', { name: 'Member 2: in the file' })
    await second.getByRole('combobox', { name: 'Who belongs to it' }).fill(known.name)
    await page.getByRole('option').filter({ hasText: known.name }).click()
    // Nothing that was typed is lost with the page.
    await page.reload()
    await expect.poll(() => page.getByRole('textbox', { name: 'Name', exact: true }).inputValue()).toBe(head)
    await page.getByRole('button', { name: 'Register family and add to queue' }).click()
    for (let slips = 0; slips < 2; slips++) {
      const slip = page.getByRole('dialog')
      const title = await slip.locator('h2').textContent()
      await slip.getByRole('button', { name: 'Close' }).last().click()
      await expect
        .poll(async () => (await slip.count()) === 0 || (await slip.locator('h2').textContent()) !== title)
        .toBe(true)
    }
    await page.waitForURL(/\/queue$/)

    const families = async (): Promise<Family[]> =>
      (await call<{ data: Family[] }>(page, 'GET', `/api/families?patientId=${known.id}`)).data
    const [made] = await families()
    expect(made?.members.map(({ name, relation }) => [name, relation])).toEqual([
      [head, 'head'],
      [known.name, 'spouse'],
    ])
    await page.goto(`/patients/${known.id}`)
    await page.getByRole('button', { name: 'Rename' }).click()
    const renamed = uniqueName('Keluarga')
    await page.getByRole('textbox', { name: 'Name of the family' }).fill(renamed)
    await page.getByRole('button', { name: 'Rename' }).click()
    await page.getByRole('heading', { name: renamed }).waitFor()
    expect((await families())[0]?.name).toBe(renamed)
    expect(faults).toEqual([])
  })
})
