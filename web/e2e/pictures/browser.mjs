// The browser of the pictures, and people at it.
import { chromium } from 'playwright-core'

const base = process.env.E2E_BASE_URL ?? 'http://127.0.0.1:8080'
export const password = process.env.E2E_PASSWORD ?? ''

export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium-headless-shell',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-sync',
    ],
  })

/** A browser of one person, standing still, in a language, a theme and a size. */
export async function personAt(browser, { language, scheme, width, height }) {
  const made = await browser.newContext({
    baseURL: base,
    viewport: { width, height },
    colorScheme: scheme,
    locale: 'en-GB',
    reducedMotion: 'reduce',
  })
  await made.addInitScript((chosen) => localStorage.setItem('clinic.language', chosen), language)
  return made
}

export async function signIn(page, username) {
  await page.goto('/')
  await page.fill('input[name=username]', username)
  await page.fill('input[name=password]', password)
  await page.keyboard.press('Enter')
  await page.locator('#main h1').waitFor()
}

/** Calls the API as the person who is signed in at a page; throws with the answer when it is refused. */
export const callerOf = (page) => async (method, path, data) => {
  const answer = await page.request.fetch(path, { method, data, headers: { 'X-Requested-With': 'clinic' } })
  if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`)
  return answer.status() === 204 ? undefined : answer.json()
}
