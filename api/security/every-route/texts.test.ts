import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { toSqlUtc } from '../../../shared/units/clock.ts'
import type { Verb } from '../../queue/testing.ts'
import { type FilledApi, startFilledApi } from './testing.ts'

const BLNS = JSON.parse(readFileSync('shared/testing/data/naughty-strings/blns.json', 'utf8')) as string[]
const OWN = [
  'bin',
  'a/p',
  '@',
  'Ａli',
  'Ali\u200b',
  'İstanbul ı',
  'தமிழ் 李小龙 جاوي',
  '👨‍👩‍👧‍👦',
  'Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!͖̬̰̙̗̿̋ͥͥ̂ͣ̐́́͜͞',
  'a\u0301',
  'x\u00a0y',
  '\ufffe',
  'tab\there',
  'line\r\nline',
  '$.body.entity "@id@" :name ? ?? /* */',
  "%bf%27 or `id` = '1'--",
]
const TEXTS = [...BLNS, ...OWN]
const AT_ONCE = 8

type Body = Record<string, unknown>
interface Place {
  /** What is written, and the texts in it. */
  send(text: string, n: number): Promise<{ status: number; body: Body; text: string }>
  /** The texts as the answer, or what is read afterwards, has them. */
  texts: readonly string[]
  /** The record as it is read afterwards. */
  read?: (body: Body) => string
  /** Where the record lies in an answer. */
  within?: (body: Body, n: number) => unknown
  /** Changes one thing again and again, by its version. */
  inTurn?: true
}

let api: FilledApi
let places: Record<string, Place>
const version: Record<string, number> = {}

beforeAll(async () => {
  api = await startFilledApi()
  const { ids, as, chief, call } = api
  const post = (path: string, cookie: string, bodyOf: (text: string, n: number) => Body) => ({
    send: async (text: string, n: number) => call('post', path, cookie).send(bodyOf(text, n)),
  })
  /** A change by version; what was refused has not raised it. */
  const change = (verb: Verb, path: string, cookie: string, bodyOf: (text: string) => Body, from = 1) => ({
    inTurn: true as const,
    send: async (text: string) => {
      version[path] ??= from
      const answer = await call(verb, path, cookie).send({ ...bodyOf(text), version: version[path] })
      if (answer.status < 300) version[path] = (answer.body as { version: number }).version
      return answer
    },
  })
  const at = (path: string) => (body: Body) => `${path}/${body.id}`
  await api.deps
    .db('tickets')
    .where({ visit_id: ids.bills })
    .update({ status: 'payment', status_at: toSqlUtc(new Date()) })
  const bill = (await call('get', `/api/bills/${ids.bills}`, as.cashier)).body
  const prescription = (await call('get', `/api/consultations/${ids.consultations}/prescription`, as.doctor))
    .body
  const stockPath = `/api/medications/${ids.medications}/stock`
  places = {
    'a patient': {
      ...post('/api/patients', as.assistant, (text) => ({
        name: 'Siti',
        address: text,
        company: text,
        allergies: text,
        remarks: text,
      })),
      texts: ['address', 'company', 'allergies', 'remarks'],
      read: at('/api/patients'),
    },
    'a name of a patient': {
      ...post('/api/patients', as.assistant, (text) => ({ name: text })),
      texts: ['name'],
      read: at('/api/patients'),
    },
    'a ticket': {
      ...post('/api/registrations', as.assistant, (reason) => ({
        patient: { name: 'Siti' },
        ticket: { reason },
      })),
      within: ({ ticket }) => ticket,
      texts: ['reason'],
    },
    'a family': {
      ...post('/api/families', as.assistant, (name) => ({
        name,
        members: [{ patientId: ids.patients, relation: 'head' }],
      })),
      within: (body) => body.family ?? body,
      read: (body) => `/api/families/${(body.family as Body).id}`,
      texts: ['name'],
    },
    'a doctor': {
      ...post('/api/doctors', as.admin, (text, n) => ({ code: `X${n}`, name: text, specialty: text })),
      texts: ['name', 'specialty'],
      read: at('/api/doctors'),
    },
    'a room': {
      ...post('/api/doctors', as.admin, (room, n) => ({ code: `R${n}`, name: 'x', room })),
      texts: ['room'],
      read: at('/api/doctors'),
    },
    'a medicine': {
      ...post('/api/medications', as.admin, (text, n) => ({
        sku: `T-${n}`,
        genericName: text,
        brandName: text,
        unit: 'tablet',
        sellingPrice: '1.00',
      })),
      texts: ['genericName', 'brandName'],
      read: at('/api/medications'),
    },
    'the form of a medicine': {
      ...post('/api/medications', as.admin, (text, n) => ({
        sku: `U-${n}`,
        genericName: 'x',
        unit: text,
        form: text,
        strength: text,
        category: text,
        sellingPrice: '1.00',
      })),
      texts: ['unit', 'form', 'strength', 'category'],
      read: at('/api/medications'),
    },
    'a supplier': {
      ...post(stockPath, as.admin, (supplier, n) => ({
        batchNo: `S${n}`,
        expiresOn: '2099-01-01',
        quantity: 1,
        supplier,
      })),
      within: ({ batches }, n) => (batches as Body[] | undefined)?.find(({ batchNo }) => batchNo === `S${n}`),
      texts: ['supplier'],
    },
    'a panel': {
      ...post('/api/panels', as.admin, (text, n) => ({
        code: `N${n}`,
        name: text,
        kind: 'company',
        address: text,
        contact: text,
      })),
      texts: ['name', 'address', 'contact'],
      read: at('/api/panels'),
    },
    'a screen': { ...post('/api/displays', chief, (name) => ({ name })), texts: ['name'] },
    'a token': {
      ...post('/api/tokens', chief, (name) => ({ name, scopes: ['patients.view'] })),
      texts: ['name'],
    },
    'a note': {
      ...post('/api/note-templates', as.doctor, (text, n) => ({
        name: `n${n}`,
        subjective: text,
        plan: text,
      })),
      texts: ['subjective', 'plan'],
    },
    'a shut-out address': {
      ...post('/api/security/blocks', chief, (reason, n) => ({
        network: `198.18.${n >> 8}.${n & 255}`,
        reason,
      })),
      texts: ['reason'],
    },
    'a letter': {
      ...post(`/api/consultations/${ids.consultations}/letters`, as.doctor, (text) => ({
        kind: 'referral',
        recipient: text,
        details: text,
      })),
      texts: ['recipient', 'details'],
      read: at('/api/letters'),
    },
    'a line of a prescription': {
      ...change(
        'put',
        `/api/consultations/${ids.consultations}/prescription`,
        as.doctor,
        (note) => ({
          lines: [{ id: ids.dispensing, medicationId: ids.medications, dose: 1, frequency: 'STAT', note }],
        }),
        prescription.version,
      ),
      within: ({ lines }) => (lines as Body[] | undefined)?.[0],
      read: () => `/api/consultations/${ids.consultations}/prescription`,
      texts: ['note'],
    },
    'an appointment': {
      ...change('patch', `/api/appointments/${ids.appointments}`, as.assistant, (reason) => ({ reason })),
      texts: ['reason'],
      read: at('/api/appointments'),
    },
    'a discount': {
      ...change(
        'put',
        `/api/bills/${ids.bills}/discount`,
        as.admin,
        (reason) => ({ amount: '1.00', reason }),
        bill.version,
      ),
      within: ({ discount }) => discount,
      read: () => `/api/bills/${ids.bills}`,
      texts: ['reason'],
    },
    'a setting': {
      ...change('patch', '/api/settings/clinic.address', as.admin, (value) => ({ value }), 0),
      texts: ['value'],
    },
    'a member of staff': {
      ...change('patch', `/api/users/${ids.users}`, chief, (name) => ({ name })),
      texts: ['name'],
      read: at('/api/users'),
    },
  }
})
afterAll(() => api.close())

/** What may become of a text by the rules of names and lines: composed, without white space around or doubled. */
const formsOf = (text: string): string[] => {
  const forms = [text, text.normalize('NFC'), text.normalize('NFKC')]
  return forms.flatMap((each) => [each, each.trim(), each.trim().replace(/\s+/gu, ' ')])
}

it.each([
  'a patient',
  'a name of a patient',
  'a ticket',
  'a family',
  'a doctor',
  'a room',
  'a medicine',
  'the form of a medicine',
  'a supplier',
  'a panel',
  'a screen',
  'a token',
  'a note',
  'a shut-out address',
  'a letter',
  'a line of a prescription',
  'an appointment',
  'a discount',
  'a setting',
  'a member of staff',
])(
  'every naughty text in %s is kept as it is, or refused',
  async (name) => {
    // biome-ignore format: names in rows
    const { send, texts, read, within = (body: Body) => body, inTurn } = places[name] as Place
    let kept = 0
    const one = async (text: string, n: number) => {
      const answer = await send(text, n)
      const told = `${JSON.stringify(text)}: ${answer.status} ${answer.text.slice(0, 300)}`
      if (answer.status >= 300) {
        expect([400, 422, 409], told).toContain(answer.status)
        return
      }
      const stored = within(answer.body, n) as Body
      for (const field of texts)
        expect([...formsOf(text), ''], `${field} ${told}`).toContain(stored[field] ?? '')
      kept += 1
      if (read === undefined) return
      const again = await api.call('get', read(answer.body), api.chief)
      const seen = within(again.body, n) as Body
      for (const field of texts) expect(seen[field], `${field} ${told}`).toBe(stored[field])
    }
    const step = inTurn ? 1 : AT_ONCE
    // one after the other takes its time
    const sent = TEXTS.filter((_, n) => !inTurn || n % 3 === 0)
    for (let n = 0; n < sent.length; n += step)
      await Promise.all(sent.slice(n, n + step).map((text, i) => one(text, n + i)))
    expect(kept).toBeGreaterThan(100)
  },
  240_000,
)
