import { fileURLToPath } from 'node:url'
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core'

/** Runs in the page before its own scripts. */
const WATCH = fileURLToPath(new URL('watch.js', import.meta.url))
const POLL_MS = 50
const SIZE = { width: 1280, height: 800 }

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium-headless-shell',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  })
}

/** One person's window, signed in by a cookie, nothing cached, the processor slowed down so many times. */
export interface Window {
  page: Page
  devtools: CDPSession
  close(): Promise<void>
}

export async function openWindow(
  browser: Browser,
  url: string,
  cookie: string,
  slowdown: number,
): Promise<Window> {
  const context = await browser.newContext({ baseURL: url, viewport: SIZE, locale: 'en-GB' })
  const [name = '', value = ''] = cookie.split('=')
  await context.addCookies([{ name, value, url }])
  await context.addInitScript({ path: WATCH })
  const page = await context.newPage()
  const devtools = await context.newCDPSession(page)
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: slowdown })
  return { page, devtools, close: () => context.close() }
}

/** What the page writes down about itself, ms since the navigation began. */
export interface Seen {
  /** When the first place of the queue had been painted and the page was free to answer a key. */
  interactiveMs: number | null
  /** Ticket number → when its event came in, and when its place on the board had been painted. */
  arrivedMs: Record<string, number>
  paintedMs: Record<string, number>
}

export const seenBy = (page: Page): Promise<Seen> => page.evaluate<Seen>('window.seen')

/** Waits until what the page has written down fulfils a condition; the page's own rules forbid to evaluate text in it. */
export async function untilSeen(page: Page, isThere: (seen: Seen) => boolean): Promise<Seen> {
  for (;;) {
    const seen = await seenBy(page)
    if (isThere(seen)) return seen
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

/** Memory the page's objects take after everything unused was given back, bytes. */
export async function heapOf({ devtools }: Window): Promise<number> {
  for (let n = 0; n < 3; n++) await devtools.send('HeapProfiler.collectGarbage')
  return (await devtools.send('Runtime.getHeapUsage')).usedSize
}
