import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { hostile, hostileClinic, LURE, VECTORS } from './hostile.ts'
import { call, peopleHere, search, signIn, uniqueName } from './lib.ts'

interface Setting {
  name: string
  value: unknown
  version: number
}

const DONE_MS = 180_000
const person = peopleHere()

/** Collects what only a text that became markup or script does: a dialog, a request, an element. */
function watchAttack(page: Page): { happened: string[]; look: () => Promise<void> } {
  const happened: string[] = []
  page.on('dialog', (dialog) => {
    happened.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', (request) => {
    if (new URL(request.url()).pathname.includes(LURE) || request.url().includes('.example'))
      happened.push(`request: ${request.url()}`)
  })
  const look = async () => {
    const found = await page.evaluate(() =>
      [
        ...document.querySelectorAll(
          'script:not([src]):not([type="application/json"]), iframe, base, math, body *',
        ),
      ]
        .filter(
          (element) =>
            /^(script|iframe|base|math|object|embed)$/i.test(element.tagName) ||
            element.getAttributeNames().some((name) => /^on|^srcdoc$/i.test(name)) ||
            /^\s*javascript:/i.test(element.getAttribute('href') ?? element.getAttribute('src') ?? ''),
        )
        .map((element) => element.outerHTML.slice(0, 200)),
    )
    happened.push(...found.map((html) => `${page.url()}: ${html}`))
  }
  return { happened, look }
}

/** All that can be read on a page: its text, and what stands in its fields. */
const readable = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const fields = [...document.querySelectorAll('input, textarea')] as HTMLInputElement[]
    return [document.body.innerText, ...fields.map(({ value }) => value)].join('\n').replaceAll(/\s+/g, ' ')
  })

async function shows(page: Page, texts: readonly string[], where = page.url()): Promise<void> {
  const wanted = texts.map((text) => text.replaceAll(/\s+/g, ' ').trim())
  await expect
    .poll(
      async () => {
        const seen = await readable(page)
        return wanted.filter((text) => !seen.includes(text)).map((text) => `${where}: ${text.slice(0, 300)}`)
      },
      { timeout: 60_000, interval: 100 },
    )
    .toEqual([])
}

/** Screens that show many things of the clinic: whatever stands there, nothing of it is markup. */
const OTHERS = ['/patients', '/payments', '/shifts', '/medicines', '/imports', '/reports', '/dashboard']
const ADMIN = ['/admin/audit', '/admin/backups', '/admin/health', '/account/sessions', '/setup/users']

it('texts that are markup and scripts are shown as texts on every screen, and nothing of them runs', async () => {
  const { page, faults } = await person()
  const attack = watchAttack(page)
  await signIn(page)
  const refused = call(page, 'POST', '/api/auth/login', { username: hostile(60), password: hostile() })
  await expect(refused).rejects.toThrow(' 401 ')
  await page.goto('/queue')
  // they come by the stream, while the board is open
  const { places, waiting, tomorrow } = await hostileClinic(page)
  await shows(page, [waiting.name], 'the open board')
  for (const { address, texts } of places) {
    await page.goto(address)
    await shows(page, texts, address)
    await attack.look()
  }
  await page.goto('/appointments')
  await page.getByRole('button', { name: 'Later' }).click()
  await shows(page, tomorrow)
  await attack.look()
  await page.goto(waiting.file)
  await page.getByRole('button', { name: 'Edit', exact: true }).click()
  await page.locator('form input[name=name]').waitFor()
  await shows(page, [waiting.name], 'the form')
  await attack.look()
  await page.goto('/patients')
  await page.locator('#main h1').waitFor()
  await search(page, waiting.mark)
  await shows(page, [waiting.name], 'what was found')
  for (const address of [...OTHERS, ...ADMIN]) {
    await page.goto(address)
    await page.locator('#main h1').waitFor()
    await attack.look()
  }
  expect(attack.happened).toEqual([])
  expect(faults).toEqual([])
})

it('the clinic’s own words, the waiting room’s screen and the pages without an account show them as texts', async () => {
  const admin = await person()
  const hall = await person()
  await signIn(admin.page)
  const words = { 'clinic.name': hostile(), 'clinic.address': hostile(), 'billing.receiptNote': hostile() }
  const before = await call<{ data: Setting[] }>(admin.page, 'GET', '/api/settings')
  const set = async (name: string, value: unknown) => {
    const { data } = await call<{ data: Setting[] }>(admin.page, 'GET', '/api/settings')
    const version = data.find((one) => one.name === name)?.version
    await call(admin.page, 'PATCH', `/api/settings/${name}`, { value, version })
  }
  const seats = [admin, hall]
  const attacks = seats.map(({ page }) => watchAttack(page))
  try {
    for (const [name, value] of Object.entries(words)) await set(name, value)
    await admin.page.goto('/admin/settings')
    await shows(admin.page, Object.values(words), 'settings')
    const { called } = await hostileClinic(admin.page)
    const screen = { name: hostile(60) }
    const { pairingCode } = await call<{ pairingCode: string }>(admin.page, 'POST', '/api/displays', screen)
    await hall.page.goto('/display')
    await hall.page.getByLabel('Code').fill(pairingCode)
    await hall.page.keyboard.press('Enter')
    await shows(hall.page, [called.number, called.room], 'the screen')
    for (const { look } of attacks) await look()
    await hall.page.goto(called.track)
    await shows(hall.page, [called.number, called.room], 'the slip')
    await hall.page.goto(`/verify/${encodeURIComponent(VECTORS[0])}`)
    await hall.page.locator('main [data-result=not-ours]').waitFor()
    for (const { look } of attacks) await look()
  } finally {
    for (const { name, value } of before.data) if (name in words) await set(name, value)
  }
  expect(attacks.flatMap(({ happened }) => happened)).toEqual([])
  expect(seats.flatMap(({ faults }) => faults)).toEqual([])
})

it('would be noticed: the same texts put into a page as markup', async () => {
  const { page, faults } = await person()
  const attack = watchAttack(page)
  await page.goto('/')
  await page.locator('input[name=username]').waitFor()
  for (const html of VECTORS.filter((each) => /^<(script|img|svg|iframe|base|input|math)/.test(each))) {
    const before = attack.happened.length + faults.length
    await page.evaluate((text) => document.body.insertAdjacentHTML('beforeend', text), html)
    await attack.look()
    expect(attack.happened.length + faults.length, html).toBeGreaterThan(before)
  }
})

it('a file whose name, header, rows and refused cells are markup is shown as it is', async () => {
  const { page, faults } = await person()
  const attack = watchAttack(page)
  await signIn(page)
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
  const [name, refused, wrong, mark] = [hostile(), hostile(), hostile(), uniqueName('I').replace(' ', '')]
  const strange = VECTORS.slice(0, 8)
  const row = (...cells: string[]) => [...cells, ...strange.map(() => hostile())].map(quoted).join(',')
  const text = [
    ['external_id', 'name', 'nric', ...strange].map(quoted).join(','),
    row(`${mark}-1`, name, ''),
    // a cell too many, whatever the rules
    row(`${mark}-2`, refused, wrong, 'x'),
  ].join('\n')
  const file = `<img src=${LURE} onerror=alert(1)> ${mark}.csv`
  await page.goto('/imports/new')
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: file, mimeType: 'text/csv', buffer: Buffer.from(text) })
  await page.locator('#main table').first().waitFor()
  await shows(page, [name, strange[0] as string, file])
  await attack.look()
  await page.getByRole('button', { name: 'Start import' }).click()
  await page.locator('#main [data-status=completed]').waitFor({ timeout: DONE_MS })
  await shows(page, [file])
  await page.getByText('Refused rows: 1', { exact: true }).waitFor()
  await page.getByRole('table', { name: 'Refused rows' }).waitFor()
  await shows(page, [refused, wrong], 'the refused row')
  await attack.look()
  expect(attack.happened).toEqual([])
  expect(faults).toEqual([])
})
