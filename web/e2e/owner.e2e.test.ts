import { expect, it } from 'vitest'
import { peopleHere, signIn } from './lib.ts'

const person = peopleHere()
const PAGES = [
  '/dashboard',
  '/reports',
  '/reports?tab=export',
  '/payments',
  '/shifts',
  '/panels',
  '/medicines',
]

it('an owner on a phone meets no closed door and nothing wider than the phone', async () => {
  const { page, faults } = await person({ width: 390, height: 844, language: 'ms' })
  await signIn(page, 'admin')
  await page.goto('/admin/users')
  const tabs = page.locator('#main nav a')
  await tabs.first().waitFor()
  const offered = await tabs.evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''))
  expect(offered.length).toBeGreaterThan(5)
  const met: string[] = []
  for (const address of [...PAGES, ...offered]) {
    const read = page.waitForResponse((answer) => new URL(answer.url()).pathname.startsWith('/api/'))
    await page.goto(address)
    await read
    await page.locator('#main h1').waitFor()
    await expect.poll(() => page.getByRole('status', { name: 'Sedang dimuatkan' }).count()).toBe(0)
    const { wide, alert } = await page.evaluate(() => ({
      wide: document.documentElement.scrollWidth > window.innerWidth,
      alert: document.querySelector('#main [role=alert]')?.textContent ?? null,
    }))
    if (wide) met.push(`${address} is wider than the window`)
    if (alert !== null) met.push(`${address}: ${alert}`)
  }
  expect(met).toEqual([])
  expect(faults).toEqual([])
})
