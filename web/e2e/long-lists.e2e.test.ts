import { expect, it } from 'vitest'
import { peopleHere, signIn } from './lib.ts'

const person = peopleHere()
const ROWS = 100_000
const PAGE_ROWS = 5_000
const AT_MOST_DRAWN = 100

/** Entries as the audit answers them, numbered from `first` on. */
const entries = (first: number) =>
  Array.from({ length: PAGE_ROWS }, (_, n) => ({
    id: String(first + n),
    at: '2026-11-28T01:00:00.000Z',
    user: { id: '1', username: `user${(first + n) % 7}`, role: 'admin' },
    action: 'patients.read',
    entity: 'patient',
    entityId: String(first + n),
    patientId: String(first + n),
    outcome: 'ok',
    address: '127.0.0.1',
    requestId: null,
    detail: null,
  }))

it('a list of a hundred thousand rows is scrolled to its end with few of them drawn, and no column moves', async () => {
  const { page, faults } = await person()
  await signIn(page)
  await page.route('**/api/audit?*', (route) => {
    const first = Number(new URL(route.request().url()).searchParams.get('cursor') ?? 0)
    const end = first + PAGE_ROWS
    const meta = { limit: PAGE_ROWS, next: end < ROWS ? String(end) : null }
    return route.fulfill({ json: { data: entries(first), meta } })
  })
  await page.goto('/admin/audit')
  const table = page.locator('[data-long] table')
  const rowOf = (n: number) => table.getByRole('link', { name: `Patient ${n}`, exact: true })
  await rowOf(0).waitFor()
  const look = () =>
    table.evaluate((drawn) => ({
      rows: drawn.querySelectorAll('tbody tr').length,
      columns: [...drawn.querySelectorAll('th')].map((cell) =>
        Math.round(cell.getBoundingClientRect().width),
      ),
    }))
  const seen = [await look()]
  // To what is the end by now, until there is no more of it.
  await expect
    .poll(
      async () => {
        await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight))
        seen.push(await look())
        return rowOf(ROWS - 1).count()
      },
      { timeout: 120_000, interval: 50 },
    )
    .toBe(1)
  expect(Math.max(...seen.map(({ rows }) => rows))).toBeLessThan(AT_MOST_DRAWN)
  for (const { columns } of seen) expect(columns).toEqual(seen[0]?.columns)
  await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight / 2))
  await expect.poll(() => rowOf(ROWS - 1).count()).toBe(0)
  expect((await look()).rows).toBeLessThan(AT_MOST_DRAWN)
  expect(faults).toEqual([])
})
