import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll } from 'vitest'

/** The running system and the password of its first users; `npm run test:e2e` gives them. */
export const BASE_URL = process.env.E2E_BASE_URL ?? 'http://127.0.0.1:8080'
export const PASSWORD = process.env.E2E_PASSWORD ?? ''

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
  await made.addInitScript((language) => {
    if (localStorage.getItem('clinic.language') === null) localStorage.setItem('clinic.language', language)
  }, choice.language ?? 'en')
  return made
}

/** Collects what a healthy page never has: broken scripts and refused contents. */
export function watchFaults(page: Page): string[] {
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`))
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) faults.push(`csp: ${message.text()}`)
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

/** What stands at the screen during one test. */
export interface Seat {
  page: Page
  context: BrowserContext
  faults: string[]
}

/** A browser for the tests of a file; each test gets fresh people, whose windows close when it ends. */
export function peopleHere(): (choice?: ContextChoice) => Promise<Seat> {
  let browser: Browser
  const open: BrowserContext[] = []
  beforeAll(async () => {
    browser = await launch()
  })
  afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.close()))
  })
  afterAll(() => browser.close())
  return async (choice = {}) => {
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
}

/** The doctor that a user is, entered by an administrator where nobody was yet. */
export async function doctorOf(
  admin: Page,
  username: string,
  more: Record<string, string> = {},
): Promise<Doctor> {
  const users = await call<{ data: { id: string; username: string }[] }>(admin, 'GET', '/api/users?limit=100')
  const userId = users.data.find((user) => user.username === username)?.id ?? ''
  const find = async (): Promise<Doctor | undefined> => {
    const { data } = await call<{ data: Doctor[] }>(admin, 'GET', '/api/doctors')
    return data.find((doctor) => doctor.userId === userId)
  }
  const body = { code: `E${userId}`, name: uniqueName('Dr E2E'), room: `E${userId}`, userId, ...more }
  // Another file may enter the same one at the same moment.
  const found = (await find()) ?? (await call<Doctor>(admin, 'POST', '/api/doctors', body).catch(find))
  if (found === undefined) throw new Error(`${username} could not be entered as a doctor`)
  return found
}
