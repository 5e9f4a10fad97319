import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { fromBufferPromise } from 'yauzl'
import { startTestApi, type TestApi } from '../../../api/http/testing.ts'
import { drainOnce } from '../../../shared/audit/drain.ts'
import type { PatientRecord } from '../../../shared/exports/patient-file/record.ts'
import type { Permission, Role } from '../../../shared/rights/permissions.ts'
import { type FileRig, fileRig } from '../../files/testing.ts'
import { aPatient } from './testing.ts'

const HER = 7
const HIM = 8
let api: TestApi
let rig: FileRig
let admin: string
let doctorId: number

beforeAll(async () => {
  api = await startTestApi()
  rig = fileRig(api.deps)
})
beforeEach(async () => {
  await api.deps.emptyTables()
  admin = await api.signIn('admin')
  const userId = await api.user('admin')
  const { db } = api.deps
  ;[doctorId] = (await db('doctors').insert({
    ...{
      code: 'DR1',
      name: 'Dr Doctor',
      working_hours: '{}',
      created_at: '2026-01-01',
      updated_at: '2026-01-01',
    },
  })) as [number]
  await aPatient(db, { id: HER, word: 'ofhers', doctorId, userId })
  await aPatient(db, { id: HIM, word: 'ofhis', doctorId, userId })
})
afterAll(async () => {
  await rig.close()
  await api.close()
})

const send = (method: 'post' | 'get', path: string, cookie = admin) =>
  api.http[method](path).set('Cookie', cookie).set('X-Requested-With', 'clinic')
const ask = (cookie = admin, patientId: string | number = HER) =>
  send('post', '/api/exports', cookie).send({
    kind: 'patient-file',
    filter: { patientId: String(patientId) },
    reason: 'She asked for it',
  })

/** The files of a package by name. */
async function unpacked(bytes: Buffer): Promise<Map<string, Buffer>> {
  const zip = await fromBufferPromise(bytes)
  const found = new Map<string, Buffer>()
  for await (const entry of zip.eachEntry())
    found.set(entry.fileName, await buffer(await zip.openReadStreamPromise(entry)))
  return found
}

async function made(cookie = admin, patientId: string | number = HER) {
  const asked = await ask(cookie, patientId)
  expect(asked.status).toBe(202)
  const { id } = asked.body.operation as { id: string }
  expect(await rig.run(id)).toEqual({ end: 'done' })
  const bytes = await rig.bytes(id)
  const files = await unpacked(bytes)
  const record = JSON.parse(String(files.get('record.json'))) as PatientRecord
  return { id, bytes, files, record }
}

/** Text of a PDF; null where there is no program to read it. */
function textOf(pdf: Buffer): string | null {
  const path = join(api.deps.config.DATA_DIR, 'record.pdf')
  writeFileSync(path, pdf)
  try {
    const text = execFileSync('pdftotext', ['-layout', path, '-'], { stdio: ['ignore', 'pipe', 'ignore'] })
    return text.toString().replace(/\s+/g, ' ')
  } catch {
    return null
  }
}

async function grant(role: Role, ...permissions: Permission[]): Promise<string> {
  const user_id = await api.user(role)
  const granted_by = await api.user('admin')
  for (const permission of permissions)
    await api.deps.db('user_grants').insert({ user_id, permission, granted_by })
  return api.signIn(role)
}

const DATES = { madeAt: expect.any(String) }
const WORDS = [
  ...['Name', 'Allergy', 'Chronic', 'Remark', 'Reason', 'Complaint', 'Assessment', 'Plan', 'Diagnosis'],
  ...['Medicine', 'Take', 'Letter', 'Item', 'Appointment'],
]

describe('a patient’s whole file', () => {
  it('says what the database says of this patient, and nothing of another', async () => {
    const { files, record } = await made()
    expect([...files.keys()].sort()).toEqual([
      'fhir-bundle.json',
      `papers/certificate-MC-${HER}.pdf`,
      expect.stringMatching(/^papers\/letter-\d+-referral\.pdf$/),
      'record.json',
      'record.pdf',
    ])
    expect(record.about).toMatchObject({ ...DATES, leftOut: [] })
    expect(record.person).toMatchObject({ clinicNumber: 'P-000007', name: 'Name ofhers', idNumber: 'A7' })
    expect(record.visits).toMatchObject([{ day: '2026-11-20', doctor: 'Dr Doctor', reason: 'Reason ofhers' }])
    expect(record.consultations).toMatchObject([
      {
        visitId: record.visits[0]?.visitId,
        vitals: { pulse: 72, temperature: 37.5 },
        plan: 'Plan ofhers',
        diagnoses: [{ text: 'Diagnosis ofhers', primary: true }],
      },
    ])
    expect(record.prescriptions).toMatchObject([
      { medication: 'Medicine ofhers', dose: '1.5 tablet', quantity: 15, orderedBy: 'admin' },
    ])
    expect(record.certificates).toMatchObject([{ number: 'MC-7', from: '2026-11-20' }])
    expect(record.letters).toMatchObject([{ kind: 'referral', body: 'Letter ofhers' }])
    expect(record.bills).toMatchObject([
      { total: '45.00', lines: [{ description: 'Item ofhers', amount: '45.00' }] },
    ])
    expect(record.payments).toMatchObject([
      { receipt: 'R-7', amount: '45.00', methods: [{ method: 'cash' }], by: 'admin' },
    ])
    expect(record.appointments).toMatchObject([{ reason: 'Appointment ofhers', minutes: 15 }])
    const texts = [String(files.get('record.json')), String(files.get('fhir-bundle.json'))]
    const printed = textOf(files.get('record.pdf') as Buffer)
    if (printed !== null) texts.push(printed)
    for (const text of texts) {
      expect(text).not.toContain('ofhis')
      expect(text).not.toMatch(/\bA8\b|R-8|MC-8|P-000008/)
    }
    for (const word of WORDS) {
      expect(texts[0]).toContain(`${word} ofhers`)
      if (printed !== null) expect(printed).toContain(`${word} ofhers`)
    }
  })

  it('has a FHIR bundle whose references lead to what is in it', async () => {
    const { files } = await made()
    const bundle = JSON.parse(String(files.get('fhir-bundle.json')))
    const resources = bundle.entry.map(
      ({ resource }: { resource: { resourceType: string; id: string } }) => resource,
    )
    const kinds = new Set(resources.map(({ resourceType }: { resourceType: string }) => resourceType))
    expect([...kinds].sort()).toEqual([
      ...['AllergyIntolerance', 'Appointment', 'Condition', 'Encounter'],
      ...['MedicationRequest', 'Observation', 'Patient'],
    ])
    const names = new Set(
      resources.map(({ resourceType, id }: { resourceType: string; id: string }) => `${resourceType}/${id}`),
    )
    expect(names.size).toBe(resources.length)
    const named = JSON.stringify(bundle).matchAll(/"reference":"([^"]+)"/g)
    for (const [, name] of named) expect(names).toContain(name)
  })

  it('has the visits of records that were merged into it, and who looked at those', async () => {
    const { db } = api.deps
    const userId = await api.user('admin')
    const audit = {
      action: 'patients.read',
      outcome: 'ok',
      user_id: userId,
      username: 'admin',
      role: 'admin',
    }
    await db('audit_entries').insert({ ...audit, uid: 'u1', at: '2026-11-21 02:00:00', patient_id: HIM })
    const merged = await send('post', `/api/patients/${HER}/merge`).send({
      ...{ otherId: String(HIM), version: 1, otherVersion: 1, keep: {} },
    })
    expect(merged.status).toBe(201)
    const { record } = await made()
    expect(record.visits).toHaveLength(2)
    expect(record.consultations?.map(({ plan }) => plan).sort()).toEqual(['Plan ofhers', 'Plan ofhis'])
    expect(record.merges).toMatchObject([{ clinicNumber: 'P-000008', undoneAt: null }])
    expect(record.access).toContainEqual({
      ...{ day: '2026-11-21', by: 'admin', role: 'admin', action: 'patients.read', times: 1 },
    })
    const other = await ask(admin, HIM)
    expect([other.status, other.body.code, other.body.survivor.id]).toEqual([
      409,
      'state/merged',
      String(HER),
    ])
  })

  it('shows of a bill for several only the lines of this patient', async () => {
    const { db } = api.deps
    const [hers] = await db('visits').where({ patient_id: HER })
    const [his] = await db('bills').where({ patient_id: HIM })
    await db('bills').where({ id: his.id }).update({ is_group: 1 })
    await db('bill_items').insert({
      ...{ bill_id: his.id, visit_id: hers.id, position: 1, source: 'cashier', kind: 'other' },
      ...{ description: 'Shared ofhers', quantity: 1, unit_price_sen: 500, amount_sen: 500 },
    })
    const { record, files } = await made()
    const shared = record.bills?.find((bill) => bill.shared)
    expect(shared?.lines).toEqual([{ description: 'Shared ofhers', quantity: 1, amount: '5.00' }])
    expect(shared).not.toHaveProperty('total')
    expect(String(files.get('record.json'))).not.toContain('ofhis')
  })

  it('leaves out what a doctor is still writing', async () => {
    await api.deps.db('consultations').where({ patient_id: HER }).update({ status: 'draft' })
    const { record, files } = await made()
    expect(record.consultations).toEqual([])
    for (const name of ['record.json', 'fhir-bundle.json'])
      expect(String(files.get(name))).not.toMatch(/(Plan|Diagnosis) ofhers/)
  })
})

describe('who may have it', () => {
  it.each(['doctor', 'assistant', 'pharmacist', 'cashier'] as Role[])(
    'a %s may not without a grant',
    async (role) => {
      expect((await ask(await api.signIn(role))).status).toBe(403)
    },
  )

  it('who was granted it has what the own rights open: an assistant no notes, a cashier nothing of health', async () => {
    const assistant = await made(await grant('assistant', 'exports.patient-file'))
    expect(assistant.record.about.leftOut).toEqual(['consultations', 'conditions', 'letters', 'access'])
    expect(assistant.record).not.toHaveProperty('consultations')
    const cashier = await made(await grant('cashier', 'exports.patient-file'))
    const text = String(cashier.files.get('record.json')) + String(cashier.files.get('fhir-bundle.json'))
    for (const word of ['Allergy', 'Chronic', 'Remark', 'Reason', 'Complaint', 'Plan', 'Diagnosis', 'Letter'])
      expect(text).not.toContain(`${word} ofhers`)
    expect(cashier.record.payments).toHaveLength(1)
    expect([...cashier.files.keys()].some((name) => name.startsWith('papers/'))).toBe(false)
  })

  it('the grant opens no table, and one that is taken away closes the file', async () => {
    const cookie = await grant('assistant', 'exports.patient-file')
    expect((await send('post', '/api/exports', cookie).send({ kind: 'patients' })).status).toBe(403)
    const { id } = await made(cookie)
    expect((await send('get', `/api/operations/${id}/result`, cookie)).status).toBe(200)
    expect((await send('get', `/api/operations/${id}/result`, await api.signIn('doctor'))).status).toBe(404)
    await api.deps.db('user_grants').delete()
    const later = await api.signIn('assistant')
    expect((await send('get', `/api/operations/${id}/result`, later)).status).toBe(403)
  })

  it.each([
    [{ kind: 'patient-file', filter: { patientId: '7' } }, 400],
    [{ kind: 'patient-file', filter: { patientId: '7' }, reason: '  ' }, 400],
    [{ kind: 'patient-file', filter: {}, reason: 'x' }, 400],
    [{ kind: 'patient-file', filter: { patientId: '7' }, reason: 'x', format: 'csv' }, 400],
    [{ kind: 'patient-file', filter: { patientId: '4711' }, reason: 'x' }, 404],
  ])('%j is answered %i', async (body, status) => {
    expect((await send('post', '/api/exports').send(body)).status).toBe(status)
  })
})

it('is on record of the patient: asked for with its reason, made, fetched', async () => {
  const { id, bytes } = await made()
  const half = await send('get', `/api/operations/${id}/result`)
    .set('Range', `bytes=${bytes.length - 5}-`)
    .buffer()
  expect([half.status, half.headers['content-type']]).toEqual([206, 'application/zip'])
  expect(half.headers['content-disposition']).toMatch(/filename="patient-file-P-000007-[\d-]+\.zip"/)
  await expect
    .poll(
      async () => {
        await drainOnce(api.deps)
        const entries = await api.deps
          .db('audit_entries')
          .where({ patient_id: HER, entity_id: id })
          .orderBy('at')
        return entries.map(({ action }) => action)
      },
      { interval: 300, timeout: 20_000 },
    )
    .toEqual(['patients.file-export', 'exports.written', 'exports.download'])
  const [first] = await api.deps.db('audit_entries').where({ action: 'patients.file-export' })
  expect(first.detail).toEqual({ reason: 'She asked for it' })
})
