import type { BrowserContext, Page, Request } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { call, peopleHere, signIn, uniqueName } from './lib.ts'

const person = peopleHere()

/** The streams that the tabs of a browser open. */
function streamsOf(context: BrowserContext): Request[] {
  const opened: Request[] = []
  context.on('request', (request) => {
    if (request.url().includes('/api/sse/events')) opened.push(request)
  })
  return opened
}

const live = (page: Page) => page.getByText('Live', { exact: true })
const register = (page: Page, name: string) =>
  call<{ patient: { id: string }; ticket: { number: string } }>(page, 'POST', '/api/registrations', {
    patient: { name },
  })

describe('the manners of the page', () => {
  it('one stream serves all tabs; the next tab goes on where the first one stopped', async () => {
    const { page: first, context, faults } = await person()
    const streams = streamsOf(context)
    await signIn(first)
    await live(first).waitFor()
    const second = await context.newPage()
    await second.goto('/queue')
    await live(second).waitFor()
    const one = await register(first, uniqueName('Aminah binti'))
    for (const tab of [first, second])
      await tab.locator(`#main [data-ticket="${one.ticket.number}"]`).waitFor()
    expect(streams).toHaveLength(1)

    await first.close()
    await expect.poll(() => streams.length).toBe(2)
    expect(new URL(streams[1]?.url() ?? '').searchParams.get('lastEventId')).toMatch(/\d/)
    await live(second).waitFor()
    const two = await register(second, uniqueName('Bakar bin'))
    await second.locator(`#main [data-ticket="${two.ticket.number}"]`).waitFor()
    expect(streams).toHaveLength(2)
    expect(faults).toEqual([])
  })

  it('the last good lists stay over a reload while the server is away, with their time, in this tab alone, and come back', async () => {
    const { page, context } = await person()
    await signIn(page)
    const name = uniqueName('Chandra a/l')
    await register(page, name)
    for (const address of ['/queue', '/patients']) {
      await page.goto(address)
      await page.locator('#main').getByText(name).first().waitFor()
    }
    // The API is away, the page itself still comes; who one is was answered before that.
    await context.route('**/api/**', (route) =>
      route.request().url().endsWith('/api/auth/me') ? route.continue() : route.abort(),
    )
    for (const address of ['/queue', '/patients']) {
      await page.goto(address)
      await page.getByText(/^As of \d/).waitFor()
      await page.locator('#main').getByText(name).first().waitFor()
    }
    const stores = await page.evaluate(() => [JSON.stringify(sessionStorage), JSON.stringify(localStorage)])
    expect(stores[0]).toContain(name)
    expect(stores[1]).not.toContain(name)
    await context.unroute('**/api/**')
    // Nobody presses anything: when the line is back, so is the list of now.
    await page.getByText(/^As of \d/).waitFor({ state: 'detached' })
    await page.locator('#main').getByText(name).first().waitFor()
    await page.getByRole('button', { name: 'Super administrator' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.locator('input[name=username]').waitFor()
    expect(await page.evaluate(() => JSON.stringify(sessionStorage))).not.toContain(name)
  })

  it('a new search calls off the one before, and only the last one is shown', async () => {
    const { page } = await person()
    await signIn(page)
    const name = uniqueName('Zulhilmi bin')
    await register(page, name)
    const calledOff: string[] = []
    page.on('requestfailed', (request) => {
      if (request.url().endsWith('/api/patients/search')) calledOff.push(request.failure()?.errorText ?? '')
    })
    // The first answer would never come.
    let asked = 0
    await page.route('**/api/patients/search', async (route) => {
      if (asked++ > 0) await route.continue()
    })
    const box = page.locator('search input')
    await box.fill('zulhilmi')
    await expect.poll(() => asked).toBe(1)
    await box.fill('zulhilmi bin')
    await expect.poll(() => calledOff).toEqual(['net::ERR_ABORTED'])
    await page.getByRole('option', { name }).waitFor()
  })
})
