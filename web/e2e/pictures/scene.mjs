// What the pictures show: the demo's day at the clinic, and one thing of each kind beside it.
import { spawnSync } from 'node:child_process'
import { callerOf, password, personAt, signIn } from './browser.mjs'

const PATIENTS = '300'
const file = new URL('../../../shared/testing/data/import-examples/csv/patients.csv', import.meta.url)
  .pathname
const cli = new URL('../../../shared/launch/cli.mjs', import.meta.url).pathname

/** A morning with two doctors, as `npm run demo` makes it. */
function fillDay() {
  const args = [cli, 'demo', '--patients', PATIENTS, '--user', 'admin', '--password', password]
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`the demo failed: ${stderr}`)
}

/** Starts an import with refused rows and answers its address once it has ended. */
async function importExamples(page) {
  await page.goto('/imports/new')
  await page.setInputFiles('input[type=file]', file)
  await page.getByRole('button', { name: 'Start import' }).click()
  await page.waitForURL(/\/imports\/[0-9a-f-]{36}$/)
  await page.locator('[data-status=completed]').first().waitFor({ timeout: 120_000 })
  return new URL(page.url()).pathname
}

/** A visit that is to be paid, with lines on its bill. */
async function visitToPay(call) {
  const patient = { name: 'Ng Wei Ming' }
  let { ticket } = await call('POST', '/api/registrations', { patient, ticket: { reason: 'Dressing' } })
  for (const to of ['in_consultation', 'payment'])
    ticket = await call('POST', `/api/queue/${ticket.id}/moves`, { to, version: ticket.version })
  for (const [version, description, unitPrice] of [
    [0, 'Dressing', '18.52'],
    [1, 'Nebuliser', '25.00'],
  ])
    await call('POST', `/api/bills/${ticket.visitId}/items`, {
      version,
      kind: 'procedure',
      description,
      quantity: 1,
      unitPrice,
    })
  return `/cashier/${ticket.visitId}`
}

/** The doctor that the signed-in person is. */
async function ownDoctor(call) {
  const { user } = await call('GET', '/api/auth/me')
  const { data } = await call('GET', '/api/doctors')
  const doctor = {
    code: 'AMI',
    name: 'Dr Aminah binti Rashid',
    mmcNumber: '48213',
    room: '3',
    userId: user.id,
  }
  return data.find(({ userId }) => userId === user.id) ?? call('POST', '/api/doctors', doctor)
}

/** A consultation that is being written. */
async function beginConsultation(call, doctor) {
  const patient = {
    name: 'Rosnah binti Hamid',
    allergies: 'Penicillin',
    gender: 'F',
    dateOfBirth: '1964-03-02',
  }
  const { ticket } = await call('POST', '/api/registrations', { patient, ticket: { doctorId: doctor.id } })
  const opened = await call('POST', '/api/consultations', { ticketId: ticket.id })
  const saved = await call('PATCH', `/api/consultations/${opened.id}`, {
    version: opened.version,
    vitals: { temperature: 38.4, pulse: 92, systolic: 136, diastolic: 82 },
    subjective: 'Fever since yesterday, dry cough.',
    objective: 'Throat red, lungs clear.',
    assessment: 'Viral infection',
    plan: 'Rest and fluids',
    diagnoses: [{ code: 'J06.9' }],
  })
  const { data: found } = await call('GET', '/api/medications?query=paracetamol')
  const lines = [{ medicationId: found[0].id, dose: 2, frequency: 'TDS', durationDays: 3 }]
  await call('PUT', `/api/consultations/${saved.id}/prescription`, { version: 0, lines })
  return `/consult/${saved.id}`
}

/** A batch on the shelf and a signed order of it. */
async function orderMedicine(call) {
  const { data: found } = await call('GET', '/api/medications?query=paracetamol')
  const medicationId = found[0].id
  await call('POST', `/api/medications/${medicationId}/stock`, {
    batchNo: 'PCM-2611',
    expiresOn: '2028-12-31',
    quantity: 500,
    supplier: 'Pharmaniaga',
  })
  const patient = { name: 'Zainab binti Omar', allergies: 'Penicillin' }
  const { ticket } = await call('POST', '/api/registrations', { patient })
  const path = `/api/consultations/${(await call('POST', '/api/consultations', { ticketId: ticket.id })).id}`
  await call('PATCH', path, { version: (await call('GET', path)).version, subjective: 'Fever' })
  const lines = [{ medicationId, dose: 2, frequency: 'TDS', durationDays: 3 }]
  await call('PUT', `${path}/prescription`, { version: 0, lines })
  await call('POST', `${path}/sign`, { version: (await call('GET', path)).version, next: 'dispensing' })
  return { visit: `/dispensary?visit=${ticket.visitId}`, medicine: `/medicines/${medicationId}` }
}

/** One of each thing that administrators see. */
async function furnish(call) {
  const { version } = (await call('GET', '/api/settings')).data.find(({ name }) => name === 'clinic.setUp')
  await call('PATCH', '/api/settings/clinic.setUp', { value: ['clinic', 'logo', 'finished'], version })
  await call('POST', '/api/tokens', { name: 'Laboratory results', scopes: ['patients.view'] })
  await call('POST', '/api/displays', { name: 'Hall' })
  await call('POST', '/api/security/blocks', { network: '203.0.113.7', reason: 'Guessed passwords' })
  await call('POST', '/api/shifts', { float: '100.00' })
}

/** Fills a fresh system; answers the addresses of what was made. */
export async function setScene(browser, size) {
  fillDay()
  const made = await personAt(browser, { language: 'en', scheme: 'light', ...size })
  const page = await made.newPage()
  await signIn(page, 'superadmin')
  const call = callerOf(page)
  await furnish(call)
  const doctor = await ownDoctor(call)
  const scene = {
    bill: await visitToPay(call),
    consultation: await beginConsultation(call, doctor),
    ...(await orderMedicine(call)),
    imported: await importExamples(page),
    file,
  }
  await page.goto('/reports')
  await page.locator('#main [data-field=report]').waitFor()
  await page.locator('#main form button[type=submit]').first().click()
  await page.locator('#main [data-file]').first().waitFor()
  await made.close()
  return scene
}
