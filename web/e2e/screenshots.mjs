// npm run screenshots: every screen in both languages, wide and narrow, light and dark, into screenshots/.
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { chromium } from 'playwright-core'

const base = process.env.E2E_BASE_URL ?? 'http://127.0.0.1:8080'
const password = process.env.E2E_PASSWORD ?? ''
const out = path.resolve('screenshots')
const file = new URL('../../shared/testing/data/import-examples/csv/patients.csv', import.meta.url).pathname
const SETTLE_MS = 400
const SIZES = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
]

mkdirSync(out, { recursive: true })
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium-headless-shell',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-sync',
  ],
})

async function context(language, scheme, viewport) {
  const made = await browser.newContext({
    baseURL: base,
    viewport,
    colorScheme: scheme,
    locale: 'en-GB',
    reducedMotion: 'reduce',
  })
  await made.addInitScript((chosen) => localStorage.setItem('clinic.language', chosen), language)
  return made
}

async function signIn(page) {
  await page.goto('/')
  await page.fill('input[name=username]', 'superadmin')
  await page.fill('input[name=password]', password)
  await page.keyboard.press('Enter')
  await page.locator('#main h1').waitFor()
}

/** Starts an import and answers its address once it has ended. */
async function importExamples() {
  const made = await context('en', 'light', SIZES[0])
  const page = await made.newPage()
  await signIn(page)
  await page.goto('/imports/new')
  await page.setInputFiles('input[type=file]', file)
  await page.getByRole('button', { name: 'Start import' }).click()
  await page.waitForURL(/\/imports\/[0-9a-f-]{36}$/)
  await page.locator('[data-status=completed]').first().waitFor({ timeout: 120_000 })
  const address = new URL(page.url()).pathname
  await made.close()
  return address
}

/** A morning in the waiting room, so that the board has somebody on it; answers the visit that is to be paid. */
async function fillQueue() {
  const made = await context('en', 'light', SIZES[0])
  const page = await made.newPage()
  await signIn(page)
  const post = async (path, data) => {
    const answer = await page.request.post(path, { data, headers: { 'X-Requested-With': 'clinic' } })
    return answer.json()
  }
  // The pictures show a clinic that is set up.
  const settings = await (await page.request.get('/api/settings')).json()
  const { version } = settings.data.find(({ name }) => name === 'clinic.setUp')
  await page.request.patch('/api/settings/clinic.setUp', {
    data: { value: ['clinic', 'logo', 'finished'], version },
    headers: { 'X-Requested-With': 'clinic' },
  })
  const names = [
    'Siti Aminah binti Yusof',
    'Tan Ah Kow',
    'Muthu a/l Ramasamy',
    'Wong Siew Ling',
    'Ng Wei',
    'John Smith',
  ]
  const ways = [
    [],
    ['called'],
    ['in_consultation'],
    ['in_consultation', 'dispensing'],
    ['in_consultation', 'payment'],
    [],
  ]
  let payable = ''
  for (const [n, name] of names.entries()) {
    const priority = n === 0 ? { priority: 'elderly' } : {}
    let { ticket } = await post('/api/registrations', {
      patient: { name },
      ticket: { reason: 'Fever', ...priority },
    })
    for (const to of ways[n])
      ticket = await post(`/api/queue/${ticket.id}/moves`, {
        to,
        version: ticket.version,
        ...(to === 'called' ? { room: '2' } : {}),
      })
    if (ticket.status === 'payment') payable = ticket.visitId
  }
  for (const [version, description, unitPrice] of [
    [0, 'Dressing', '18.52'],
    [1, 'Nebuliser', '25.00'],
  ])
    await post(`/api/bills/${payable}/items`, {
      version,
      kind: 'procedure',
      description,
      quantity: 1,
      unitPrice,
    })
  await made.close()
  return payable
}

/** A consultation that is being written, by the doctor that the signed-in person is; answers its address. */
async function beginConsultation() {
  const made = await context('en', 'light', SIZES[0])
  const page = await made.newPage()
  await signIn(page)
  const send = async (method, path, data) => {
    const answer = await page.request.fetch(path, {
      method,
      data,
      headers: { 'X-Requested-With': 'clinic' },
    })
    return answer.json()
  }
  const { user } = await send('GET', '/api/auth/me')
  const { data } = await send('GET', '/api/doctors')
  const doctor =
    data.find(({ userId }) => userId === user.id) ??
    (await send('POST', '/api/doctors', {
      code: 'AMI',
      name: 'Dr Aminah binti Rashid',
      mmcNumber: '48213',
      room: '1',
      userId: user.id,
    }))
  const patient = {
    name: 'Rosnah binti Hamid',
    allergies: 'Penicillin',
    gender: 'F',
    dateOfBirth: '1964-03-02',
  }
  const { ticket } = await send('POST', '/api/registrations', { patient, ticket: { doctorId: doctor.id } })
  const opened = await send('POST', '/api/consultations', { ticketId: ticket.id })
  const saved = await send('PATCH', `/api/consultations/${opened.id}`, {
    version: opened.version,
    vitals: { temperature: 38.4, pulse: 92, systolic: 136, diastolic: 82 },
    subjective: 'Fever since yesterday, dry cough.',
    objective: 'Throat red, lungs clear.',
    assessment: 'Viral infection',
    plan: 'Rest and fluids',
    diagnoses: [{ code: 'J06.9' }],
  })
  const { data: found } = await send('GET', '/api/medications?query=paracetamol')
  const lines = [{ medicationId: found[0].id, dose: 2, frequency: 'TDS', durationDays: 3 }]
  await send('PUT', `/api/consultations/${saved.id}/prescription`, { version: 0, lines })
  await made.close()
  return `/consult/${saved.id}`
}

/** A batch on the shelf and a signed order of it; answers the addresses of the visit's medicines and of the medicine. */
async function orderMedicine() {
  const made = await context('en', 'light', SIZES[0])
  const page = await made.newPage()
  await signIn(page)
  const send = async (method, path, data) => {
    const answer = await page.request.fetch(path, {
      method,
      data,
      headers: { 'X-Requested-With': 'clinic' },
    })
    return answer.json()
  }
  const { data: found } = await send('GET', '/api/medications?query=paracetamol')
  const medicationId = found[0].id
  await send('POST', `/api/medications/${medicationId}/stock`, {
    batchNo: 'PCM-2611',
    expiresOn: '2099-12-31',
    quantity: 500,
    supplier: 'Pharmaniaga',
  })
  const patient = { name: 'Zainab binti Omar', allergies: 'Penicillin' }
  const { ticket } = await send('POST', '/api/registrations', { patient })
  const { id, version } = await send('POST', '/api/consultations', { ticketId: ticket.id })
  const path = `/api/consultations/${id}`
  await send('PATCH', path, { version, subjective: 'Fever' })
  const lines = [{ medicationId, dose: 2, frequency: 'TDS', durationDays: 3 }]
  await send('PUT', `${path}/prescription`, { version: 0, lines })
  const seen = await send('GET', path)
  await send('POST', `${path}/sign`, { version: seen.version, next: 'dispensing' })
  await made.close()
  return { visit: `/dispensary?visit=${ticket.visitId}`, medicine: `/medicines/${medicationId}` }
}

const payable = await fillQueue()
const consultation = await beginConsultation()
const ordered = await orderMedicine()
const imported = await importExamples()
let pictures = 0
for (const language of ['en', 'ms'])
  for (const scheme of ['light', 'dark'])
    for (const size of SIZES) {
      const made = await context(language, scheme, size)
      const page = await made.newPage()
      const shoot = async (name) => {
        await page.waitForTimeout(SETTLE_MS)
        await page.screenshot({ path: path.join(out, `${name}.${language}.${scheme}.${size.width}.png`) })
        pictures++
      }
      await page.goto('/')
      await page.locator('input[name=username]').waitFor()
      await shoot('sign-in')
      await signIn(page)
      await page.locator('[data-ticket]').first().waitFor()
      await shoot('queue')
      await page.keyboard.press('ArrowDown')
      await shoot('queue-ticket')
      await page.goto('/patients')
      await page.locator('#main li a').first().waitFor()
      await shoot('patients')
      await page.keyboard.press('/')
      await page.locator('search input:focus').waitFor()
      await page.keyboard.type('bin a')
      await page.locator('search [aria-busy=false] [role=option]').first().waitFor()
      await shoot('search')
      await page.keyboard.press('Enter')
      await page.waitForURL(/\/patients\/\d+$/)
      await page.locator('#main dl').waitFor()
      await shoot('patient')
      await page.getByRole('button', { name: /^(Edit|Ubah)$/ }).click()
      await page.locator('form input[name=name]').waitFor()
      await shoot('patient-edit')
      for (const [name, address, ready] of [
        ['patient-new', '/patients/new', 'form input[name=name]'],
        ['consult', '/consult', '#main [data-ticket]'],
        ['consultation', consultation, '#main [data-jump=medicine]'],
        ['dispensary', ordered.visit, '#main [data-line]'],
        ['medicines', '/medicines', '#main table'],
        ['medicine', ordered.medicine, '#main table'],
        ['cashier', '/cashier', '#main [data-ticket]'],
        ['bill', `/cashier/${payable}`, '#main input[name=amount]'],
        ['payments', '/payments', '#main search'],
        ['shifts', '/shifts', '#main input'],
        ['panels', '/panels', '#main h1'],
        ['appointments', '/appointments', '#main [role=radiogroup]'],
        ['dashboard', '/dashboard', '#main [data-day]'],
        ['verify', '/verify/nothing-of-ours', 'main [data-result]'],
        ['imports', '/imports', '#main table'],
        ['import-new', '/imports/new', 'input[type=file]'],
        ['import-done', imported, '[data-status=completed]'],
        ['family', '/patients/family', '#main [data-member]'],
        ['register', '/medicines?view=register', '#main input'],
        ['stock-value', '/medicines?view=value', '#main [data-worth] table'],
        ['set-up', '/setup/clinic', '#main form input'],
        ['set-up-logo', '/setup/logo', '#main [data-logo]'],
        ['set-up-hours', '/setup/hours', '#main [data-day]'],
        ['users', '/admin/users', '#main table'],
        ['tokens', '/admin/tokens', '#main h1'],
        ['doctors', '/admin/doctors', '#main h1'],
        ['settings', '/admin/settings', '#main input'],
        ['displays', '/admin/displays', '#main h1'],
        ['audit', '/admin/audit', '#main table'],
        ['blocks', '/admin/blocks', '#main h1'],
        ['reports', '/reports', '#main [data-field=report]'],
        ['backups', '/admin/backups', '#main [data-schedule]'],
        ['health', '/admin/health', '#main table'],
        ['password', '/account/password', 'input[name=newPassword]'],
        ['sessions', '/account/sessions', '#main table'],
        ['two-factor', '/account/two-factor', 'input[name=password]'],
      ]) {
        await page.goto(address)
        await page.locator(ready).first().waitFor({ state: 'attached' })
        await shoot(name)
      }
      await page.goto('/imports/new')
      await page.setInputFiles('input[type=file]', file)
      await page.locator('#main table').first().waitFor()
      await shoot('import-preview')
      await page.goto('/imports')
      await page.locator('#main table').waitFor()
      await page.locator('header button[aria-expanded]').first().click()
      await shoot('job-tray')
      await page.keyboard.press('Escape')
      await page.keyboard.press('?')
      await shoot('shortcuts')
      await made.close()
    }
await browser.close()
console.log(`${pictures} pictures in ${out}`)
