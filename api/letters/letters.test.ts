import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faultsOfTemplate, fillTemplate, PLACEHOLDERS, type Placeholder } from '../../shared/letters/rules.ts'
import { type ClinicalApi, startClinicalApi } from '../certificates/testing.ts'

let api: ClinicalApi

beforeAll(async () => {
  api = await startClinicalApi()
})
afterAll(() => api.close())

const REFERRAL = {
  kind: 'referral',
  language: 'en',
  recipient: 'Dr. Ong, Hospital Ampang',
  details: 'Chest pain.',
}
const issue = (id: string, body: object = REFERRAL, cookie = api.as.doctor) =>
  api.call('post', `/api/consultations/${id}/letters`, cookie).send(body)

describe('templates', () => {
  it('take the known placeholders and nothing else in braces', () => {
    expect(faultsOfTemplate('Dear {recipient}, {patient}')).toEqual([])
    expect(faultsOfTemplate('{diagnosis} {patient')).toEqual(['diagnosis', '{'])
    expect(faultsOfTemplate('{}')).toEqual([''])
  })

  it('put values in as they are, whatever is in them', () => {
    const values = (value: string) =>
      Object.fromEntries(PLACEHOLDERS.map((name) => [name, value])) as Record<Placeholder, string>
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom('{patient}', '$&', '$1', '{')), (value) => {
        expect(fillTemplate('<{patient}|{details}>', values(value))).toBe(`<${value}|${value}>`)
      }),
    )
  })

  it('are settings of the clinic, checked where they are typed', async () => {
    const set = (value: string, version: number) =>
      api.call('patch', '/api/settings/letters.time_slip.en', api.as.admin).send({ value, version })
    expect((await set('Hello {nobody}', 0)).status).toBe(422)
    expect((await set('{patient}: {from}-{to} on {date}', 0)).status).toBe(200)
    const id = await api.consultation({ name: 'Kumar a/l Raj' })
    const slip = await issue(id, { kind: 'time_slip', language: 'en', from: '09:00', to: '10:30' })
    expect(slip.body.body).toMatch(/^Kumar a\/l Raj: 09:00-10:30 on \d+ \w+ \d{4}$/)
  })
})

describe('a letter', () => {
  it('is kept as it was issued, whatever becomes of patient and template', async () => {
    const id = await api.consultation({ name: '陳小龍 Tan', idNumber: 'K7654321' })
    const made = await issue(id)
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({
      kind: 'referral',
      recipient: 'Dr. Ong, Hospital Ampang',
      doctor: { mmcNumber: '45821' },
      issuedOn: api.today,
    })
    for (const part of ['陳小龍 Tan', 'K7654321', 'Chest pain.', 'Dear colleague'])
      expect(made.body.body).toContain(part)
    const patient = (await api.call('get', `/api/patients/${made.body.patient.id}`)).body
    await api.call('patch', `/api/patients/${patient.id}`).send({ name: 'Other', version: patient.version })
    expect((await api.call('get', `/api/letters/${made.body.id}`, api.as.doctor)).body).toEqual(made.body)
    const list = await api.call('get', `/api/letters?consultation=${id}`, api.as.doctor)
    expect(list.body.data).toEqual([made.body])
  })

  it('is issued once under one key, by the own doctor alone', async () => {
    const id = await api.consultation()
    const send = () => issue(id).set('Idempotency-Key', 'letter-1')
    const answers = await Promise.all([send(), send(), send()])
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
    expect((await issue(id, REFERRAL, api.other)).status).toBe(403)
    expect((await issue(id, REFERRAL, api.as.assistant)).status).toBe(403)
    expect((await issue('999999')).status).toBe(404)
  })

  it('is read by those who may know what a doctor found', async () => {
    const made = (await issue(await api.consultation())).body
    const get = (cookie: string) => api.call('get', `/api/letters/${made.id}`, cookie)
    expect((await get(api.as.admin)).status).toBe(200)
    for (const cookie of [api.as.assistant, api.as.cashier]) expect((await get(cookie)).status).toBe(403)
  })

  it('needs what its kind needs, and nothing else', async () => {
    const id = await api.consultation()
    const wrong = [
      {},
      { kind: 'other' },
      { kind: 'referral' },
      { ...REFERRAL, from: '09:00' },
      { ...REFERRAL, body: 'x' },
      { kind: 'time_slip', from: '10:00', to: '09:00' },
      { kind: 'time_slip', from: '10:00' },
      { kind: 'time_slip', from: '9', to: '10' },
    ]
    for (const body of wrong) expect((await issue(id, body)).status, JSON.stringify(body)).toBe(400)
    expect((await api.call('get', '/api/letters', api.as.doctor)).status).toBe(400)
  })

  it.each(['', '?paper=A5'])('is printed%s, however long it is', async (query) => {
    const made = (await issue(await api.consultation(), { ...REFERRAL, details: 'Long story. '.repeat(330) }))
      .body
    const pdf = await api.call('get', `/api/letters/${made.id}.pdf${query}`, api.as.doctor)
    expect([pdf.status, pdf.headers['content-type']]).toEqual([200, 'application/pdf'])
    expect((pdf.body as Buffer).toString('latin1').match(/\/Type \/Page\b/g)).toHaveLength(1)
  })
})
