import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeEach } from 'vitest'

/** The running system and the password of its first users; `npm run test:e2e` gives them. */
export const BASE_URL = process.env.E2E_BASE_URL ?? 'http://127.0.0.1:8080'
export const PASSWORD = process.env.E2E_PASSWORD ?? ''

/** How long anything is waited for: a limit for what never comes, not for how quick it is. */
const PATIENCE_MS = 60_000
/** How often the page is looked at until its faults count as real, and how long it gets in between. */
const LOOKS = 3
const SETTLE_MS = 1_000
/** Longer than a test takes: a clinic day that ends within it is waited out. */
const NEAR_MIDNIGHT_MS = 150_000
const CLINIC_AHEAD_MS = 8 * 3_600_000
const DAY_MS = 86_400_000

const require = createRequire(import.meta.url)
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')

/** The real sets that the imports are tried on, by what they are. */
export const FILES = {
  examples: new URL('../../shared/testing/data/import-examples/csv/patients.csv', import.meta.url),
  spreadsheet: new URL(
    '../../shared/testing/data/import-examples/csv-spreadsheet/patients.csv',
    import.meta.url,
  ),
  synthea: new URL('../../shared/testing/data/synthea/patients.csv', import.meta.url),
}

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium-headless-shell',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // A kiosk lets its page sound without a touch.
      '--autoplay-policy=no-user-gesture-required',
    ],
  })
}

export interface ContextChoice {
  width?: number
  height?: number
  language?: 'en' | 'ms'
  scheme?: 'light' | 'dark'
}

/** A browser of one person, standing still, in a language and a theme. */
export async function context(browser: Browser, choice: ContextChoice = {}): Promise<BrowserContext> {
  const made = await browser.newContext({
    baseURL: BASE_URL,
    viewport: { width: choice.width ?? 1280, height: choice.height ?? 800 },
    colorScheme: choice.scheme ?? 'light',
    locale: 'en-GB',
    reducedMotion: 'reduce',
  })
  made.setDefaultTimeout(PATIENCE_MS)
  await made.addInitScript((language) => {
    if (localStorage.getItem('clinic.language') === null) localStorage.setItem('clinic.language', language)
  }, choice.language ?? 'en')
  return made
}

/** Collects what a healthy page never has: broken scripts, refused contents, and questions to somebody else. */
export function watchFaults(page: Page): string[] {
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`))
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) faults.push(`csp: ${message.text()}`)
  })
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url())
    if (protocol.startsWith('http') && origin !== BASE_URL) faults.push(`foreign: ${request.url()}`)
  })
  return faults
}

export async function signIn(page: Page, username = 'superadmin', password = PASSWORD): Promise<void> {
  await page.goto('/')
  await page.fill('input[name=username]', username)
  await page.fill('input[name=password]', password)
  await page.keyboard.press('Enter')
  await page.locator('#main h1').waitFor()
}

interface AxeResult {
  violations: { id: string; impact: string | null; help: string; nodes: { html: string }[] }[]
}

/** What axe finds on the page that is serious or worse, as lines to read. */
export async function seriousFaults(page: Page, within = 'html'): Promise<string[]> {
  // A button that is just being enabled has the colours of neither state; a real fault is there at the next look too.
  for (let looks = 1; ; looks++) {
    const faults = await faultsNow(page, within)
    if (faults.length === 0 || looks === LOOKS) return faults
    await page.waitForTimeout(SETTLE_MS)
  }
}

async function faultsNow(page: Page, within: string): Promise<string[]> {
  // Evaluated through the debugger, so the page's own rules about scripts stay as they are.
  await page.evaluate(AXE)
  const result = await page.evaluate<AxeResult>(
    `axe.run(document.querySelector(${JSON.stringify(within)}), { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })`,
  )
  return result.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`,
    )
}

/** Waits until the clinic's next day when this one is about to end: boards and lists show only the day that it is. */
export async function withinOneDay(): Promise<void> {
  const leftMs = DAY_MS - ((Date.now() + CLINIC_AHEAD_MS) % DAY_MS)
  if (leftMs < NEAR_MIDNIGHT_MS) await new Promise((resolve) => setTimeout(resolve, leftMs + 2_000))
}

/** Goes to a page by `g` and its letter. */
export async function go(page: Page, letter: string, heading: string): Promise<void> {
  // Both at once: the page waits for the letter less than a second.
  await Promise.all([page.keyboard.press('g'), page.keyboard.press(letter)])
  await page.getByRole('heading', { name: heading, exact: true, level: 1 }).waitFor()
}

/** Types into the search box; the first of those that were found for it is chosen and can be opened by Enter. */
export async function search(page: Page, text: string, name: RegExp | string = /./): Promise<void> {
  await searchBox(page, text)
  await page.locator('search [role=listbox][aria-busy=false]').waitFor()
  await page.getByRole('option', { name, selected: true }).waitFor()
}

/** Types into the search box. */
export async function searchBox(page: Page, text: string): Promise<void> {
  await page.keyboard.press('/')
  await page.locator('search input:focus').waitFor()
  await page.keyboard.type(text)
}

/** What stands at the screen during one test. */
export interface Seat {
  page: Page
  context: BrowserContext
  faults: string[]
}

/** A browser for the tests of a file; each test gets fresh people, whose windows close when it ends. */
export function peopleHere(): (choice?: ContextChoice) => Promise<Seat> {
  let browser: Browser | undefined
  const open: BrowserContext[] = []
  beforeEach(withinOneDay)
  afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.close()))
  })
  afterAll(() => browser?.close())
  return async (choice = {}) => {
    // A browser that died must not take the next try with it.
    if (!browser?.isConnected()) browser = await launch()
    const made = await context(browser, choice)
    open.push(made)
    const page = await made.newPage()
    return { page, context: made, faults: watchFaults(page) }
  }
}

/** Calls the API as the person who is signed in at a page; throws with the answer when it is refused. */
export async function call<T>(page: Page, method: string, path: string, body?: unknown): Promise<T> {
  const answer = await page.request.fetch(path, {
    method,
    headers: { 'X-Requested-With': 'clinic' },
    ...(body === undefined ? {} : { data: body }),
  })
  if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`)
  return answer.status() === 204 ? (undefined as T) : ((await answer.json()) as T)
}

/** A name nobody else has, so that runs and files do not meet. */
export const uniqueName = (start: string): string => `${start} ${letters(Date.now())}${letters(++made)}`

let made = 0
const LETTERS = 26
const letters = (number: number): string =>
  number < LETTERS
    ? String.fromCharCode(97 + number)
    : letters(Math.floor(number / LETTERS)) + letters(number % LETTERS)

export interface Doctor {
  id: string
  userId: string | null
  name: string
  mmcNumber: string | null
  version: number
}

/** The doctor that a user is, entered by an administrator where nobody was yet, and with what is asked for. */
export async function doctorOf(
  admin: Page,
  username: string,
  more: { mmcNumber?: string | null } = {},
): Promise<Doctor> {
  const users = await call<{ data: { id: string; username: string }[] }>(admin, 'GET', '/api/users?limit=100')
  const userId = users.data.find((user) => user.username === username)?.id ?? ''
  const { data } = await call<{ data: Doctor[] }>(admin, 'GET', '/api/doctors')
  const found = data.find((doctor) => doctor.userId === userId)
  const body = { code: `E${userId}`, name: uniqueName('Dr E2E'), room: `E${userId}`, userId, ...more }
  if (found === undefined) return call<Doctor>(admin, 'POST', '/api/doctors', body)
  // Another file may have entered this doctor, without a number or with another one.
  if (more.mmcNumber === undefined || found.mmcNumber === more.mmcNumber) return found
  return call<Doctor>(admin, 'PATCH', `/api/doctors/${found.id}`, { ...more, version: found.version })
}

/** A new member of staff who has changed the one-time password already. */
export async function staff(admin: Page, role: string): Promise<{ username: string; password: string }> {
  const name = uniqueName('Staff')
  const username = name.toLowerCase().replace(' ', '.')
  const made = { username, name, role }
  const { oneTimePassword } = await call<{ oneTimePassword: string }>(admin, 'POST', '/api/users', made)
  const password = `${name} knows 7 lanterns`
  const context = await admin.context().browser()?.newContext({ baseURL: BASE_URL })
  const page = await context?.newPage()
  if (page === undefined) throw new Error('the browser is gone')
  await call(page, 'POST', '/api/auth/login', { username, password: oneTimePassword })
  await call(page, 'POST', '/api/auth/password', {
    currentPassword: oneTimePassword,
    newPassword: password,
  })
  await context?.close()
  return { username, password }
}
