// The page in a real browser on the real API process: how soon the queue can be worked with, how soon an event is
// seen, and what a day of events and page changes leaves in memory. Options: --rounds=N --events=N --patients=N.
import { parseArgs } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { closeDeps } from '../../shared/deps.ts'
import { startProcess } from '../../shared/testing/processes.ts'
import { signedIn } from '../lib/fixture.ts'
import { median, percentile, report } from '../lib/report.ts'
import { benchDeps, benchEnv } from '../lib/system.ts'
import { heapOf, launch, openWindow, untilSeen } from './browser.ts'
import { type Desks, desksOf, liveThrough, type Ticket } from './day.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10' },
    events: { type: 'string', default: '100' },
    patients: { type: 'string', default: '300' },
  },
  strict: false,
})
const LIMITS = { slowedMs: 2_500, plainMs: 800, paintedMs: 100, growth: 0.2 }
const SLOWDOWN = 4
/** So many are in the house on a busy morning. */
const INSIDE = 40
/** Whatever is loaded once, and the first fill of every cache, is no growth. */
const WARM_UP_PATIENTS = 40
const WARM_UP_LOADS = 2
/** Looks at the memory during the day: a leak goes on, compiled code and caches come to an end. */
const LOOKS = 6
const DAY_MS = 8 * 60 * 60_000
const TOUCHED_EVERY_MS = 5 * 60_000

/** Milliseconds from the navigation to a board that can be worked with; each time a browser that has nothing cached. */
async function loads(browser: Browser, url: string, cookie: string, slowdown: number, rounds: number) {
  const tookMs: number[] = []
  for (let n = 0; n < rounds + WARM_UP_LOADS; n++) {
    const window = await openWindow(browser, url, cookie, slowdown)
    await window.page.goto('/queue')
    const { interactiveMs } = await untilSeen(window.page, (seen) => seen.interactiveMs !== null)
    if (n >= WARM_UP_LOADS) tookMs.push(interactiveMs ?? Number.NaN)
    await window.close()
  }
  return tookMs
}

/** Milliseconds from the arrival of a registration's event in the page to its painted place on the board. */
async function paints(browser: Browser, url: string, cookie: string, desks: Desks, count: number) {
  const window = await openWindow(browser, url, cookie, 1)
  const { page } = window
  await page.goto('/queue')
  await page.getByText('Live', { exact: true }).waitFor()
  const tookMs: number[] = []
  for (let n = 0; n < count; n++) {
    const { number } = await desks.register()
    const { arrivedMs, paintedMs } = await untilSeen(page, (seen) => number in seen.paintedMs)
    tookMs.push((paintedMs[number] ?? Number.NaN) - (arrivedMs[number] ?? Number.NaN))
  }
  await window.close()
  return tookMs
}

/**
 * Lets time go by for a page that somebody touches now and then, so that it does not lock itself: it keeps answers for
 * minutes, and a day that lasts one would end with all of them.
 */
async function pass(page: Page, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= TOUCHED_EVERY_MS) {
    await page.clock.fastForward(Math.min(left, TOUCHED_EVERY_MS))
    await page.keyboard.press('Shift')
  }
  await page.getByText('Live', { exact: true }).waitFor()
}

/** Memory of an open page before and after a day of events and page changes. */
async function heap(
  browser: Browser,
  url: string,
  cookie: string,
  desks: Desks,
  inside: Ticket[],
  patients: number,
) {
  const window = await openWindow(browser, url, cookie, 1)
  const { page } = window
  await page.clock.install()
  await page.goto('/queue')
  await page.getByText('Live', { exact: true }).waitFor()
  await liveThrough(page, desks, inside, WARM_UP_PATIENTS)
  await pass(page, DAY_MS / LOOKS)
  const beforeBytes = await heapOf(window)
  const done = { events: 0, pages: 0 }
  const series: number[] = []
  for (let n = 0; n < LOOKS; n++) {
    const { events, pages } = await liveThrough(page, desks, inside, Math.ceil(patients / LOOKS))
    done.events += events
    done.pages += pages
    await pass(page, DAY_MS / LOOKS)
    series.push((await heapOf(window)) / beforeBytes - 1)
  }
  await window.close()
  const last = series.at(-1) ?? Number.NaN
  return { ...done, beforeBytes, series, growth: last, lastSixth: last - (series.at(-2) ?? Number.NaN) }
}

async function run(): Promise<boolean> {
  const deps = await benchDeps()
  const api = await startProcess('api', benchEnv(deps.config))
  const browser = await launch()
  try {
    await api.ready()
    const cookie = await signedIn(deps)
    const desks = desksOf(api.url, cookie)
    const inside: Ticket[] = []
    for (let n = 0; n < INSIDE; n++) inside.push(await desks.register())
    const rounds = Number(values.rounds)
    const plain = await loads(browser, api.url, cookie, 1, rounds)
    const slowed = await loads(browser, api.url, cookie, SLOWDOWN, rounds)
    const painted = await paints(browser, api.url, cookie, desks, Number(values.events))
    const day = await heap(browser, api.url, cookie, desks, inside, Number(values.patients))
    const sumUp = (ms: readonly number[]) => ({
      p50: median(ms),
      p95: percentile(ms, 0.95),
      max: Math.max(...ms),
    })
    const raw = {
      inside: INSIDE,
      rounds,
      interactiveMs: sumUp(plain),
      interactiveSlowedMs: sumUp(slowed),
      paintedMs: sumUp(painted),
      day,
    }
    console.log(raw)
    return report(
      'page',
      [
        {
          name: 'board interactive, slowest',
          measured: raw.interactiveMs.max,
          limit: LIMITS.plainMs,
          unit: 'ms',
        },
        {
          name: `board interactive, processor slowed ${SLOWDOWN} times, slowest`,
          measured: raw.interactiveSlowedMs.max,
          limit: LIMITS.slowedMs,
          unit: 'ms',
        },
        { name: 'event to painted, p95', measured: raw.paintedMs.p95, limit: LIMITS.paintedMs, unit: 'ms' },
        { name: 'heap growth over a day', measured: day.growth, limit: LIMITS.growth, unit: 'share' },
      ],
      raw,
    )
  } finally {
    await browser.close()
    await api.stop()
    await closeDeps(deps)
  }
}

process.exit((await run()) ? 0 : 1)
