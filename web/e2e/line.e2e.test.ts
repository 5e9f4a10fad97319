import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { call, peopleHere, searchBox, signIn, uniqueName } from './lib.ts'

const FIRST_LOAD_BYTES = 320 * 1024

const person = peopleHere()

describe('the line', () => {
  it('says when it is cut, keeps what is shown, and comes back by itself', async () => {
    const { page, context } = await person()
    await signIn(page)
    await call(page, 'POST', '/api/patients', { name: uniqueName('Intan binti') })
    await page.goto('/patients')
    await page.getByText('Live', { exact: true }).waitFor()
    await page.locator('#main li a').first().waitFor()
    await context.setOffline(true)
    await page.getByText('Offline', { exact: true }).waitFor()
    await searchBox(page, 'intan')
    await page.getByText('The server cannot be reached.').waitFor()
    expect(await page.locator('#main li a').count()).toBeGreaterThan(0)
    await context.setOffline(false)
    await page.getByText('Live', { exact: true }).waitFor()
    await page.keyboard.type(' b')
    await page.getByRole('option').first().waitFor()
  })

  it('loads at most 320 kB of compressed script up to the first page', async () => {
    const { page } = await person()
    const scripts: Promise<number>[] = []
    page.on('requestfinished', (request) => {
      if (!request.url().endsWith('.js')) return
      scripts.push((async () => gzipSync(await ((await request.response())?.body() ?? Buffer.of())).length)())
    })
    await signIn(page)
    await page.getByRole('heading', { name: 'Queue' }).waitFor()
    await page.waitForLoadState('networkidle').catch(() => {})
    const bytes = (await Promise.all(scripts)).reduce((all, one) => all + one, 0)
    expect(bytes).toBeGreaterThan(50_000)
    expect(bytes).toBeLessThan(FIRST_LOAD_BYTES)
  })
})
