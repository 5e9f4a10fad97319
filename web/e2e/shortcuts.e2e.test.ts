import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { SHORTCUTS } from '../src/app/shortcuts.ts'
import { en } from '../src/locales/en.ts'
import { peopleHere, signIn } from './lib.ts'

const person = peopleHere()
const said = (label: string): string =>
  (en.shortcuts as Record<string, string>)[label.split('.')[1] ?? ''] ?? ''

const rail = (page: Page) => page.getByRole('navigation', { name: 'Main' })
const dialog = (page: Page) => page.getByRole('dialog')

/** What proves that a shortcut of the sheet did what the sheet says. */
const DOES: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  'Find a patient': async (page) => {
    await page.locator('search input:focus').waitFor()
    await page.keyboard.press('Escape')
  },
  'New patient, or new import on that page': (page) => page.waitForURL('**/patients/new'),
  'This sheet': async (page) => {
    await dialog(page).getByText('Keyboard shortcuts').waitFor()
    await dialog(page).locator(':focus').waitFor()
    await page.keyboard.press('Escape')
  },
  'Close what is open': async (page) => {
    await page.keyboard.press('?')
    await dialog(page).locator(':focus').waitFor()
    await page.keyboard.press('Escape')
    await dialog(page).waitFor({ state: 'detached' })
  },
}

describe('the shortcuts of the sheet', () => {
  it('each does what the sheet says', async () => {
    const { page, faults } = await person()
    await signIn(page)
    for (const { keys, label } of SHORTCUTS) {
      await page.goto('/account/sessions')
      await page.getByText('This one').waitFor()
      const what = said(label)
      expect(what, label).not.toBe('')
      if (keys[0] === 'g') await Promise.all(keys.map((key) => page.keyboard.press(key)))
      else await page.keyboard.press(keys.join('+').replace('Ctrl', 'Control').replace('Esc', 'Escape'))
      const place = /^Go to (.*)$/.exec(what)?.[1]
      if (place === undefined) await DOES[what]?.(page)
      else {
        // The rail marks where one is, by the same word.
        await rail(page).locator('[aria-current=page]').getByText(place, { exact: true }).waitFor()
        await page.locator('#main h1').waitFor()
      }
      expect(place ?? Object.keys(DOES), what).toContain(place ?? what)
    }
    await page.goto('/imports')
    await page.locator('#main h1').waitFor()
    await page.keyboard.press('n')
    await page.waitForURL('**/imports/new')
    expect(faults).toEqual([])
  })

  it('are letters again while one types, and when they are turned off', async () => {
    const { page } = await person()
    await signIn(page)
    await page.goto('/patients/new')
    const name = page.locator('form input[name=name]')
    await name.and(page.locator(':focus')).waitFor()
    await page.keyboard.type('gq?n/')
    expect(await name.inputValue()).toBe('gq?n/')
    await page.goto('/account/sessions')
    await page.getByText('This one').waitFor()
    await page.keyboard.press('?')
    await dialog(page).getByRole('switch', { name: 'Single-key shortcuts' }).click()
    await page.keyboard.press('Escape')
    await dialog(page).waitFor({ state: 'detached' })
    await page.keyboard.press('n')
    // The one that always works comes after it, so the letter has had its time.
    await page.keyboard.press('Control+k')
    await page.locator('search input:focus').waitFor()
    expect(new URL(page.url()).pathname).toBe('/account/sessions')
  })
})
