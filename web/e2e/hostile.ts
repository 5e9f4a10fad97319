import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { call, doctorOf, uniqueName } from './lib.ts'

/** An address that only a text which became markup would ask for. */
export const LURE = 'e2e-lure'

const BLNS = JSON.parse(
  readFileSync(new URL('../../shared/testing/data/naughty-strings/blns.json', import.meta.url), 'utf8'),
) as string[]

/** Ours: each asks for the lure or opens a dialog, by another door. Short ones, because names are. */
export const VECTORS = [
  '<script>alert(1)</script>',
  `<img src=/${LURE} onerror=alert(1)>`,
  '<svg onload=alert(1)>',
  `"><img src=/${LURE}>`,
  "'><script>alert(1)</script>",
  '</title><script>alert(1)</script>',
  '</textarea><svg/onload=alert(1)>',
  '</script><script>alert(1)</script>',
  '<iframe src=javascript:alert(1)>',
  `<a href=/${LURE}>x</a>`,
  '<details open ontoggle=alert(1)>',
  '<input autofocus onfocus=alert(1)>',
  '" onmouseover="alert(1)" x="',
  '<style>*{display:none}</style>',
  `<link rel=stylesheet href=/${LURE}>`,
  '<base href=//e2e-lure.example>',
  '<!--><script>alert(1)</script>',
  '<math><mi xlink:href=javascript:alert(1)>',
  '<b>&lt;script&gt;alert(1)</b>',
  '&#60;script>alert(1)&#60;/script>',
  '{{constructor.constructor("alert(1)")()}}',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: that is the attack
  '${alert(1)}',
  'javascript:alert(1)',
] as const

/** All that is known of the kind, ours and the published ones, for the fields that take much. */
export const MANY = [
  ...VECTORS,
  ...BLNS.filter((text) => /script|onerror|onload|alert|<(img|svg|iframe|a|body|link|style) /i.test(text)),
]

let next = 0
/** A text of the kind with a mark of its own behind it, at most `longest` characters. */
export function hostile(longest = 80): string {
  const mark = uniqueName('Z').replace(' ', '')
  const fits = VECTORS.filter((each) => each.length + mark.length + 1 <= longest)
  return `${fits[next++ % fits.length]} ${mark}`
}

const CODE_CHARS = 9
const code = (): string => `X${uniqueName('').trim().toUpperCase().slice(-CODE_CHARS)}`

/** Where hostile texts stand, and what has to be read there. */
export interface Place {
  address: string
  texts: string[]
}

interface Ticket {
  id: string
  number: string
  visitId: string
  version: number
  slipToken: string
}

const ROOM = '<svg onload=alert(1)>'.slice(0, 20)
const lines = (texts: readonly string[], longest: number): string[] => {
  const parts: string[] = []
  for (const text of texts) {
    const last = parts.at(-1)
    if (last === undefined || last.length + text.length + 1 > longest) parts.push(text)
    else parts[parts.length - 1] = `${last}\n${text}`
  }
  return parts
}
const DAY_MS = 86_400_000
const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const REMARKS_CHARS = 2_000
const NOTE_CHARS = 10_000

/** A patient whose every free field is hostile, with a ticket for a doctor in a hostile room. */
async function arrival(admin: Page, doctorId: string) {
  const [remarks = ''] = lines(MANY, REMARKS_CHARS)
  const texts = {
    address: hostile(),
    company: hostile(),
    allergies: hostile(),
    nextOfKin: hostile(),
    remarks,
  }
  const patient = { name: hostile(), ...texts }
  const reason = hostile()
  const made = await call<{ ticket: Ticket; patient: { id: string } }>(admin, 'POST', '/api/registrations', {
    patient,
    ticket: { doctorId, reason },
  })
  return { ...made, patient: { ...patient, id: made.patient.id }, reason }
}

/** A medicine with a batch, all of whose words are hostile. */
async function medicine(admin: Page) {
  const words = { genericName: hostile(), brandName: hostile(), strength: hostile(40), category: hostile(40) }
  const body = { sku: uniqueName('H').replace(' ', '-'), form: 'tablet', unit: 'tablet', ...words }
  const { id } = await call<{ id: string }>(admin, 'POST', '/api/medications', {
    ...body,
    sellingPrice: '1.00',
    costPrice: '0.50',
  })
  const supplier = hostile()
  const batch = { batchNo: hostile(40), expiresOn: '2099-12-31', quantity: 100, supplier }
  await call(admin, 'POST', `/api/medications/${id}/stock`, batch)
  return { id, ...words, ...batch }
}

/** A visit with hostile notes, diagnosis, charge and prescription, signed and on its way to the dispensary. */
async function visit(admin: Page, doctorId: string) {
  const [arrived, drug] = [await arrival(admin, doctorId), await medicine(admin)]
  const { id } = await call<{ id: string }>(admin, 'POST', '/api/consultations', {
    ticketId: arrived.ticket.id,
    room: ROOM,
  })
  const path = `/api/consultations/${id}`
  // the hostile allergies have a word in common with the hostile medicine
  const [note, overrideReason] = [hostile(), hostile()]
  const order = { medicationId: drug.id, dose: 1, frequency: 'TDS', durationDays: 2 }
  const prescription = [{ ...order, note, overrideReason }]
  await call(admin, 'PUT', `${path}/prescription`, { version: 0, lines: prescription })
  const written = { diagnosis: hostile(), procedure: hostile(), plan: hostile() }
  const [subjective = '', objective = ''] = lines(MANY, NOTE_CHARS)
  const { version } = await call<{ version: number }>(admin, 'GET', path)
  const saved = await call<{ version: number }>(admin, 'PATCH', path, {
    version,
    subjective,
    objective,
    plan: written.plan,
    diagnoses: [{ code: 'J00', text: written.diagnosis }],
    procedures: [{ description: written.procedure, price: '5.00' }],
  })
  return {
    ...arrived,
    id,
    drug,
    note,
    overrideReason,
    ...written,
    subjective,
    objective,
    version: saved.version,
    path,
  }
}

/** What {@link hostileClinic} made: where it stands, and what is looked for in other ways. */
export interface Clinic {
  places: Place[]
  /** Who waits, a mark of his name that can be searched for, and his file. */
  waiting: { name: string; mark: string; file: string }
  /** Where the holder of a called slip looks, and the room that is named there. */
  called: { track: string; number: string; room: string }
  /** Who comes tomorrow, and why. */
  tomorrow: string[]
}

/** Somebody with an appointment tomorrow, with a doctor who has time; answers what the calendar shows of it. */
async function booked(admin: Page): Promise<string[]> {
  const workingHours = Object.fromEntries(WEEKDAYS.map((day) => [day, [{ from: '00:00', to: '23:59' }]]))
  const doctor = { code: code(), name: hostile(), workingHours }
  const { id: doctorId } = await call<{ id: string }>(admin, 'POST', '/api/doctors', doctor)
  const [name, reason] = [hostile(), hostile()]
  const patient = await call<{ id: string }>(admin, 'POST', '/api/patients', { name })
  const day = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Kuala_Lumpur' }).format(Date.now() + DAY_MS)
  const appointment = { patientId: patient.id, doctorId, start: `${day}T09:00:00+08:00`, reason }
  await call(admin, 'POST', '/api/appointments', appointment)
  return [doctor.name, name]
}

/** Makes hostile things of every kind, as an administrator who is a doctor too; answers the screens that show them. */
export async function hostileClinic(admin: Page): Promise<Clinic> {
  const own = await doctorOf(admin, 'superadmin')
  const seen = await visit(admin, own.id)
  const draft = await visit(admin, own.id)
  await call(admin, 'POST', `${seen.path}/sign`, { version: seen.version, next: 'dispensing' })
  const waiting = await arrival(admin, own.id)
  const billed = await arrival(admin, own.id)
  let { ticket } = billed
  for (const to of ['in_consultation', 'payment'])
    ticket = await call(admin, 'POST', `/api/queue/${ticket.id}/moves`, { to, version: ticket.version })
  const item = hostile()
  const bill = await call<{ version: number }>(admin, 'POST', `/api/bills/${ticket.visitId}/items`, {
    version: 0,
    kind: 'procedure',
    description: item,
    quantity: 1,
    unitPrice: '20.00',
  })
  const discount = { amount: '1.00', reason: hostile(), version: bill.version }
  await call(admin, 'PUT', `/api/bills/${ticket.visitId}/discount`, discount)
  const called = await arrival(admin, own.id)
  await call(admin, 'POST', `/api/queue/${called.ticket.id}/moves`, {
    to: 'called',
    room: ROOM,
    version: called.ticket.version,
  })
  const doctor = { code: code(), name: hostile(), specialty: hostile(), room: ROOM }
  await call(admin, 'POST', '/api/doctors', doctor)
  const panel = { code: code(), name: hostile(), kind: 'company' }
  await call(admin, 'POST', '/api/panels', panel)
  const screen = { name: hostile(60) }
  await call(admin, 'POST', '/api/displays', screen)
  const token = { name: hostile(), scopes: ['patients.view'] }
  await call(admin, 'POST', '/api/tokens', token)
  const block = { network: `198.19.${randomInt(256)}.${randomInt(256)}`, reason: hostile() }
  await call(admin, 'POST', '/api/security/blocks', block)
  const person = { username: uniqueName('h').replace(' ', '.'), name: hostile(), role: 'assistant' }
  await call(admin, 'POST', '/api/users', person)
  const family = { name: hostile(60), members: [{ patientId: seen.patient.id, relation: 'head' }] }
  await call(admin, 'POST', '/api/families', family)
  const { patient, drug } = seen
  return {
    waiting: {
      name: waiting.patient.name,
      mark: waiting.patient.name.split(' ').at(-1) ?? '',
      file: `/patients/${waiting.patient.id}`,
    },
    called: { track: `/track/${called.ticket.slipToken}`, number: called.ticket.number, room: ROOM },
    tomorrow: await booked(admin),
    places: [
      { address: '/queue', texts: [waiting.patient.name, called.patient.name, patient.name, ROOM] },
      { address: '/consult', texts: [waiting.patient.name] },
      {
        address: `/patients/${patient.id}`,
        texts: [
          ...[patient.name, patient.address, patient.company, patient.allergies, patient.nextOfKin],
          ...[patient.remarks, family.name, seen.diagnosis],
        ],
      },
      {
        address: `/consult/${seen.id}`,
        texts: [
          seen.subjective,
          seen.objective,
          seen.plan,
          seen.diagnosis,
          seen.procedure,
          seen.note,
          seen.overrideReason,
        ],
      },
      {
        address: `/consult/${draft.id}`,
        texts: [draft.patient.allergies, draft.subjective, draft.diagnosis, draft.procedure, draft.note],
      },
      {
        address: `/dispensary?visit=${seen.ticket.visitId}`,
        texts: [patient.name, patient.allergies, drug.genericName, seen.note, drug.batchNo],
      },
      {
        address: `/medicines/${drug.id}`,
        texts: [drug.genericName, drug.brandName, drug.batchNo, drug.supplier],
      },
      { address: '/cashier', texts: [billed.patient.name] },
      { address: `/cashier/${ticket.visitId}`, texts: [billed.patient.name, item, discount.reason] },
      { address: '/admin/doctors', texts: [doctor.name, doctor.specialty] },
      { address: '/panels', texts: [panel.name] },
      { address: '/admin/displays', texts: [screen.name] },
      { address: '/admin/tokens', texts: [token.name] },
      { address: '/admin/blocks', texts: [block.reason] },
      { address: '/admin/users', texts: [person.name] },
    ],
  }
}
