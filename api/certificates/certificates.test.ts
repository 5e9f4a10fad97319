import { createPublicKey, verify } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addDays } from '../../shared/units/dates.ts'
import { type ClinicalApi, startClinicalApi } from './testing.ts'

let api: ClinicalApi

beforeAll(async () => {
  api = await startClinicalApi()
})
afterAll(() => api.close())

const issue = (id: string, body: object, cookie = api.as.doctor) =>
  api.call('post', `/api/consultations/${id}/certificate`, cookie).send(body)

describe('issuing', () => {
  it('gives numbers without gaps, and what stands on the paper', async () => {
    const first = await api.certificate({ name: 'Nurul Syahirah binti Fadzil', idNumber: 'K1234567' })
    const second = await api.certificate()
    expect(Number(second.number.slice(3))).toBe(Number(first.number.slice(3)) + 1)
    expect(first).toMatchObject({
      patient: { name: 'Nurul Syahirah binti Fadzil' },
      doctor: { id: api.doctorId, name: 'Dr. doctor', mmcNumber: '45821' },
      from: api.today,
      to: api.today,
      days: 1,
      issuedOn: api.today,
      status: 'issued',
      void: null,
      replacedBy: null,
      version: 1,
    })
    const got = await api.call('get', `/api/certificates/${first.id}`, api.as.assistant)
    expect(got.body).toEqual(first)
    const again = await api
      .call('get', `/api/certificates/${first.id}`)
      .set('If-None-Match', got.headers.etag as string)
    expect(again.status).toBe(304)
    const list = await api.call('get', `/api/certificates?patient=${first.patient.id}`)
    expect(list.body.data).toEqual([first])
  })

  it('refuses days that the clinic does not allow', async () => {
    const id = await api.consultation()
    const { today } = api
    const cases: [object, string][] = [
      [{ from: addDays(today, -2), to: today }, 'from'],
      [{ from: addDays(today, 8), to: addDays(today, 9) }, 'from'],
      [{ from: today, to: addDays(today, 30) }, 'to'],
      [{ from: today, to: addDays(today, -1) }, 'to'],
    ]
    for (const [body, path] of cases) {
      const answer = await issue(id, body)
      expect([answer.status, answer.body.code]).toEqual([422, 'rule/broken'])
      expect(answer.body.errors[0].path).toBe(path)
    }
    await api
      .call('patch', '/api/settings/certificates.backdateDays', api.as.admin)
      .send({ value: 3, version: 0 })
    expect((await issue(id, { from: addDays(today, -3), to: today })).body.days).toBe(4)
  })

  it('refuses a doctor without a real MMC number, another doctor, and what is not there', async () => {
    const id = await api.consultation()
    const body = { from: api.today, to: api.today }
    expect((await issue(id, body, api.other)).status).toBe(403)
    expect((await issue(id, body, api.as.assistant)).status).toBe(403)
    expect((await issue('999999', body)).status).toBe(404)
    const cookie = await api.signIn('doctor', 'new')
    const userId = await api.user('doctor', 'new')
    const made = await api
      .call('post', '/api/doctors', api.as.admin)
      .send({ code: 'D9', name: 'Dr. New', userId })
    const own = await api.consultation({}, made.body.id)
    const refused = await issue(own, body, cookie)
    expect([refused.status, refused.body.errors[0].path]).toEqual([422, 'doctor.mmcNumber'])
    await api.deps.db('doctors').where({ id: made.body.id }).update({ mmc_number: '00000' })
    await api
      .call('patch', `/api/doctors/${made.body.id}`, api.as.admin)
      .send({ room: '9', version: made.body.version })
    expect((await issue(own, body, cookie)).status).toBe(422)
  })

  it('answers the first certificate to a repeat, and refuses another request under its key', async () => {
    const id = await api.consultation()
    const send = (body: object) => issue(id, body).set('Idempotency-Key', 'repeat-1')
    const body = { from: api.today, to: api.today }
    const answers = await Promise.all([send(body), send(body), send(body)])
    expect(new Set(answers.map((each) => each.body.id)).size).toBe(1)
    expect((await send({ ...body, to: addDays(api.today, 1) })).status).toBe(422)
    expect(await api.deps.db('medical_certificates').where({ consultation_id: id })).toHaveLength(1)
  })

  it('is on record: who issued, read, printed and made void', async () => {
    const made = await api.certificate()
    const entries = await api.deps
      .db('audit_entries')
      .where({ action: 'certificates.issue', entity_id: made.id })
    expect(entries).toMatchObject([{ username: 'doctor', patient_id: made.patient.id, outcome: 'ok' }])
  })
})

describe('void', () => {
  it('is final, by the own doctor, once, with the version seen', async () => {
    const made = await api.certificate()
    const send = (body: object, cookie = api.as.doctor) =>
      api.call('post', `/api/certificates/${made.id}/void`, cookie).send(body)
    expect((await send({ reason: 'Wrong days', version: 1 }, api.other)).status).toBe(403)
    expect((await send({ reason: 'Wrong days', version: 1 }, api.as.assistant)).status).toBe(403)
    const stale = await send({ reason: 'Wrong days', version: 2 })
    expect([stale.status, stale.body.code, stale.body.current.version]).toEqual([409, 'state/version', 1])
    const both = await Promise.all([send({ reason: 'One', version: 1 }), send({ reason: 'Two', version: 1 })])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
    const again = await send({ reason: 'Again', version: 2 })
    expect([again.status, again.body.code, again.body.current.status]).toEqual([
      409,
      'state/conflict',
      'void',
    ])
  })

  it('shows when somebody verifies', async () => {
    const made = await api.certificate()
    const look = () => api.http.get(`/api/verify/${made.code}`)
    expect((await look()).body.result).toBe('genuine')
    await api
      .call('post', `/api/certificates/${made.id}/void`, api.as.doctor)
      .send({ reason: 'x', version: 1 })
    const answer = await look()
    expect([answer.status, answer.body.result]).toEqual([200, 'void'])
    expect(answer.body.certificate.number).toBe(made.number)
  })

  it('with a replacement names it, in one step', async () => {
    const made = await api.certificate()
    const replace = () =>
      api
        .call('post', `/api/certificates/${made.id}/replace`, api.as.doctor)
        .send({ from: api.today, to: addDays(api.today, 1), reason: 'One more day', version: 1 })
    const answers = await Promise.all([replace(), replace()])
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409])
    const next = answers.find(({ status }) => status === 201)?.body
    const old = (await api.call('get', `/api/certificates/${made.id}`)).body
    expect(old).toMatchObject({
      status: 'void',
      replacedBy: next.id,
      version: 2,
      void: { reason: 'One more day' },
    })
    expect(next).toMatchObject({ status: 'issued', days: 2, consultationId: made.consultationId })
    const numbers = (await api.deps.db('medical_certificates').orderBy('no').pluck('no')).map(Number)
    expect(numbers).toEqual(numbers.map((_, at) => at + 1))
  })
})

describe('a code', () => {
  it('is verified with a public key alone, and says no diagnosis and no whole name', async () => {
    const made = await api.certificate({ name: 'Nurul Syahirah binti Fadzil' })
    const [scheme, keyId, payload, signature] = made.code.split('~') as [string, string, string, string]
    const { data } = (await api.http.get('/api/verify/keys')).body
    const key = data.find((each: { id: string }) => each.id === keyId)
    const signed = Buffer.from([scheme, keyId, payload].join('~'))
    const proof = Buffer.from(signature, 'base64url')
    expect(verify(null, signed, createPublicKey(key.publicKey), proof)).toBe(true)
    const said = JSON.parse(Buffer.from(payload, 'base64url').toString())
    expect(said).toEqual([made.number, made.from, made.to, made.issuedOn, '45821', 'N*** S***'])
    const open = await api.http.get(`/api/verify/${made.code}`)
    expect(open.text).not.toMatch(/CANARY|Syahirah/)
    expect(open.headers['cache-control']).toContain('no-store')
  })

  it('of anybody else, or changed in any place, is not ours', async () => {
    const { code } = await api.certificate()
    const changed = Array.from({ length: 12 }, (_, n) => {
      const at = Math.floor((code.length - 1) * (n / 11))
      return `${code.slice(0, at)}${code[at] === 'A' ? 'B' : 'A'}${code.slice(at + 1)}`
    })
    for (const each of [...changed, 'x', `${code}A`, code.slice(0, -1), '%00', "MC1~'; drop table x--"]) {
      const answer = await api.http.get(`/api/verify/${encodeURIComponent(each)}`)
      expect(answer.status, each).toBe(200)
      expect(answer.body, each).toEqual({ result: 'not-ours', certificate: null })
    }
  })
})

describe('on paper', () => {
  it.each(['language=ms', 'language=en&paper=A4', ''])('is a PDF: %s', async (query) => {
    const made = await api.certificate({ name: '陳小龍 குமார்' })
    const answer = await api.call('get', `/api/certificates/${made.id}.pdf?${query}`, api.as.assistant)
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toBe('application/pdf')
    expect(answer.headers['content-disposition']).toBe(`inline; filename="${made.number}.pdf"`)
    expect(answer.headers['cache-control']).toContain('no-store')
    expect((answer.body as Buffer).subarray(0, 5).toString()).toBe('%PDF-')
  })

  it('is refused to who may not see it, and in another form', async () => {
    const made = await api.certificate()
    expect((await api.call('get', `/api/certificates/${made.id}.pdf`, api.as.cashier)).status).toBe(403)
    expect((await api.call('get', `/api/certificates/${made.id}.pdf?paper=A3`)).status).toBe(400)
    expect((await api.call('get', '/api/certificates/999999.pdf')).status).toBe(404)
    expect((await api.call('get', '/api/certificates/x.pdf')).status).toBe(404)
  })
})
