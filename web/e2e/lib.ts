import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

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
export async function seriousFaults(page: Page): Promise<string[]> {
  // Evaluated through the debugger, so the page's own rules about scripts stay as they are.
  await page.evaluate(AXE)
  const result = await page.evaluate<AxeResult>(
    'axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })',
  )
  return result.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`,
    )
}
