import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Consultation,
  consultation,
  consultationList,
  consultationPrescription,
  versionList,
} from '../../shared/consultations/schema.ts'
import { loadCommonCodes } from '../../shared/icd10/commands.ts'
import { type ConsultationApi, startConsultationApi } from './testing.ts'

let api: ConsultationApi
beforeAll(async () => {
  api = await startConsultationApi()
  await loadCommonCodes(api.deps)
})
afterAll(() => api.close())

const WRITTEN = {
  vitals: { temperature: 38.2, pulse: 96, systolic: 128, diastolic: 82, weight: 61.5 },
  subjective: 'Fever and sore throat for two days',
  objective: 'Throat red, chest clear',
  assessment: 'Viral',
  plan: 'Fluids, rest',
  diagnoses: [{ text: 'Sore throat' }, { code: 'j06.9', primary: true }],
  followUp: { on: '2099-01-05', note: 'If not better' },
  fee: '45.00',
  procedures: [{ description: 'Throat swab', price: '20.50', quantity: 2 }],
}
const sign = (of: Consultation, more: Record<string, unknown> = {}, cookie?: string) =>
  api.as1('post', `/api/consultations/${of.id}/sign`, cookie).send({ version: of.version, ...more })
const signed = async (): Promise<Consultation> => {
  const draft = await api.save(await api.open(), WRITTEN)
  return consultation.strict().parse((await sign(draft)).body)
}

describe('a consultation', () => {
  it('begins with the ticket going to its doctor, is written, signed, and the patient goes on', async () => {
    const ticket = await api.ticket()
    const answer = await api.as1('post', '/api/consultations').send({ ticketId: ticket.id, room: '3' })
    expect(answer.status).toBe(201)
    const draft = consultation.strict().parse(answer.body)
    expect(answer.headers.location).toBe(`/api/consultations/${draft.id}`)
    expect(draft).toMatchObject({
      visitId: ticket.visitId,
      ticketId: ticket.id,
      patient: ticket.patient,
      doctor: { id: api.lim.doctorId, name: 'Dr. Lim Wei' },
      status: 'draft',
      subjective: '',
      diagnoses: [],
      fee: '35.00',
      version: 1,
    })
    expect(await api.ticketNow(ticket.id)).toMatchObject({
      status: 'in_consultation',
      doctorId: api.lim.doctorId,
      room: '3',
    })
    const saved = await api.save(draft, WRITTEN)
    expect(saved).toMatchObject({
      ...WRITTEN,
      version: 2,
      diagnoses: [
        { code: null, title: null, text: 'Sore throat', primary: false },
        {
          code: 'J06.9',
          title: 'Acute upper respiratory infection, unspecified',
          text: null,
          primary: true,
        },
      ],
    })
    expect((await api.as1('get', `/api/consultations/${draft.id}`)).body).toEqual(saved)
    const done = await sign(saved)
    expect(done.status, done.text).toBe(200)
    expect(done.body).toMatchObject({ status: 'signed', version: 3, signedAt: expect.any(String) })
    expect((await api.as1('get', `/api/consultations/${draft.id}`)).body).toEqual(done.body)
    expect((await api.ticketNow(ticket.id)).status).toBe('payment')
  })

  it('keeps what is left out, takes out what is null or empty, and writes nothing where nothing differs', async () => {
    const one = await api.save(await api.open(), WRITTEN)
    const two = await api.save(one, { plan: 'Paracetamol' })
    expect(two).toEqual({ ...one, plan: 'Paracetamol', version: 3 })
    expect(await api.save(two, { plan: 'Paracetamol', vitals: { ...WRITTEN.vitals, pain: null } })).toEqual(
      two,
    )
    const three = await api.save(two, {
      followUp: null,
      fee: null,
      vitals: {},
      diagnoses: [],
      procedures: [],
    })
    expect(three).toMatchObject({
      followUp: null,
      fee: null,
      vitals: {},
      diagnoses: [],
      procedures: [],
      version: 4,
    })
  })

  it('opened again by its doctor is the same draft, and nothing is written', async () => {
    const draft = await api.open()
    const again = await api.as1('post', '/api/consultations').send({ visitId: draft.visitId })
    expect([again.status, again.body]).toEqual([200, draft])
  })

  it('says 304 to whoever has it, and 404 for ids of nothing', async () => {
    const draft = await api.open()
    const path = `/api/consultations/${draft.id}`
    const { headers } = await api.as1('get', path)
    expect(headers['cache-control']).toBe('private, no-store')
    expect((await api.as1('get', path).set('If-None-Match', headers.etag as string)).status).toBe(304)
    for (const id of ['999999999', '0', 'abc', '-1', '9223372036854775808'])
      for (const tail of ['', '/versions'])
        expect((await api.as1('get', `/api/consultations/${id}${tail}`)).status).toBe(404)
    for (const body of [{ ticketId: '999999999' }, { visitId: '999999999' }])
      expect((await api.as1('post', '/api/consultations').send(body)).status).toBe(404)
  })
})

describe('signing', () => {
  it('sends the patient where the doctor says, else by what is left to do', async () => {
    const of = async (fields: Record<string, unknown>, next?: string) => {
      const draft = await api.save(await api.open(), { plan: 'x', ...fields })
      const done = await sign(draft, next === undefined ? {} : { next })
      expect(done.status, done.text).toBe(200)
      return (await api.ticketNow(draft.ticketId)).status
    }
    expect(await of({ fee: '0.00' })).toBe('completed')
    expect(await of({ fee: null })).toBe('completed')
    expect(await of({ fee: null, procedures: [{ description: 'x', price: '1.00' }] })).toBe('payment')
    expect(await of({ fee: '10.00' }, 'completed')).toBe('completed')
    expect(await of({ fee: null }, 'dispensing')).toBe('dispensing')
  })

  it('sends whoever has medicines to fetch to the dispensary', async () => {
    const draft = await api.save(await api.open(), { plan: 'x' })
    await prescribe(draft)
    await sign(draft)
    expect((await api.ticketNow(draft.ticketId)).status).toBe('dispensing')
  })

  it('leaves the ticket where the front desk has put it meanwhile', async () => {
    const draft = await api.save(await api.open(), { plan: 'x' })
    const { id, version } = await api.ticketNow(draft.ticketId)
    await api.call('post', `/api/queue/${id}/moves`).send({ to: 'completed', version })
    expect((await sign(draft)).status).toBe(200)
    expect((await api.ticketNow(id)).status).toBe('completed')
  })

  it('refuses what is empty, signed already, or not as it was seen', async () => {
    const empty = await api.open()
    expect((await sign(empty)).status).toBe(422)
    const draft = await api.save(empty, { plan: 'x' })
    const stale = await sign({ ...draft, version: 1 })
    expect([stale.status, stale.body.code, stale.body.current]).toEqual([409, 'state/version', draft])
    const done = (await sign(draft)).body
    const twice = await sign(done)
    expect([twice.status, twice.body.code, twice.body.current]).toEqual([409, 'state/conflict', done])
    const late = await api.as1('patch', `/api/consultations/${draft.id}`).send({ version: 3, plan: 'y' })
    expect([late.status, late.body.code]).toEqual([409, 'state/conflict'])
  })
})

describe('amending', () => {
  it('keeps how it was, each time, with the reason', async () => {
    const one = await signed()
    const amend = (version: number, reason: string, changes: object) =>
      api.as1('post', `/api/consultations/${one.id}/amend`).send({ version, reason, changes })
    const two = await amend(one.version, 'Forgot the cough', { subjective: 'Fever, cough', diagnoses: [] })
    expect(two.status, two.text).toBe(200)
    expect(two.body).toMatchObject({
      status: 'amended',
      version: 4,
      subjective: 'Fever, cough',
      diagnoses: [],
    })
    const three = await amend(4, 'Left lung', { objective: 'Crackles left' })
    const { data } = versionList.parse((await api.as1('get', `/api/consultations/${one.id}/versions`)).body)
    expect(data.map(({ version, kind, reason, by }) => [version, kind, reason, by])).toEqual([
      [3, 'signed', null, 'lim'],
      [4, 'amended', 'Forgot the cough', 'lim'],
      [5, 'amended', 'Left lung', 'lim'],
    ])
    expect(data.map(({ content }) => content)).toMatchObject([one, two.body, three.body].map(contentOf))
    const idle = await amend(5, 'Nothing', { objective: 'Crackles left' })
    expect([idle.status, idle.body.errors[0].path]).toEqual([422, 'changes'])
    expect((await amend(4, 'Late', { plan: 'x' })).body).toMatchObject({
      code: 'state/version',
      current: three.body,
    })
    expect((await amend(5, ' ', { plan: 'x' })).status).toBe(400)
  })

  it('is for what is signed, and of what it costs only until the visit is paid or over', async () => {
    const draft = await api.save(await api.open(), WRITTEN)
    const amend = (of: Consultation, changes: object) =>
      api
        .as1('post', `/api/consultations/${of.id}/amend`)
        .send({ version: of.version, reason: 'Wrong', changes })
    expect((await amend(draft, { plan: 'x' })).body.code).toBe('state/conflict')
    const one = await signed()
    const cheaper = await amend(one, { fee: '30.00' })
    expect(cheaper.status, cheaper.text).toBe(200)
    const { id, version } = await api.ticketNow(one.ticketId)
    await api.call('post', `/api/queue/${id}/moves`).send({ to: 'completed', version })
    const late = await amend(cheaper.body, { fee: '20.00' })
    expect([late.status, late.body.code]).toEqual([422, 'rule/broken'])
    expect((await amend(cheaper.body, { fee: '30.00', plan: 'x' })).status).toBe(200)
    const paid = await signed()
    const bill = { visit_id: paid.visitId, patient_id: paid.patient.id, live: 1, created_at: paid.day }
    await api.deps.db('bills').insert({ ...bill, status: 'part_paid' })
    const dearer = await amend(paid, { fee: '50.00' })
    expect(dearer.status, dearer.text).toBe(200)
    await api.deps.db('bills').where({ visit_id: paid.visitId }).update({ status: 'paid' })
    expect((await amend(dearer.body, { fee: '60.00' })).status).toBe(422)
  })
})

const contentOf = ({
  vitals,
  subjective,
  objective,
  assessment,
  plan,
  diagnoses,
  followUp,
  fee,
}: Consultation) => ({
  vitals,
  subjective,
  objective,
  assessment,
  plan,
  diagnoses,
  followUp,
  fee,
})

async function prescribe({ visitId, patient }: Consultation): Promise<void> {
  const at = '2026-01-05 02:00:00.000'
  const ids = { visit_id: visitId, patient_id: patient.id }
  const [medicationId] = await api.deps
    .db('medications')
    .insert({ sku: `SKU${visitId}`, generic_name: 'Paracetamol', unit: 'tablet', selling_price: '0.10' })
  await api.deps.db('prescriptions').insert({ ...ids, updated_at: at })
  await api.deps.db('prescription_lines').insert({
    ...ids,
    position: 1,
    medication_id: medicationId,
    description: 'Paracetamol 500 mg',
    dose: '1',
    dose_unit: 'tablet',
    route: 'oral',
    frequency: 'TDS',
    quantity: 9,
    instructions_ms: '',
    instructions_en: '',
    unit_price_sen: 10,
    warnings: '[]',
    ordered_at: at,
  })
}

describe('who sees what', () => {
  it('the dispensary sees what was ordered, the front desk that there was a consultation', async () => {
    const draft = await api.save(await api.open(), { ...WRITTEN, plan: 'CANARY plan', assessment: 'CANARY' })
    await prescribe(draft)
    const path = `/api/consultations/${draft.id}`
    const ordered = await api.as1('get', path, api.others.pharmacist)
    expect(consultationPrescription.strict().parse(ordered.body).prescription).toMatchObject([
      { description: 'Paracetamol 500 mg', quantity: 9, status: 'ordered' },
    ])
    expect(ordered.text).not.toMatch(/CANARY|J06|diagnos/)
    expect((await api.as1('get', path, api.as.assistant)).status).toBe(403)
    for (const cookie of [api.as.assistant, api.others.pharmacist, api.lim.cookie, api.as.admin]) {
      const list = await api.as1('get', '/api/consultations?limit=100', cookie)
      const { data } = consultationList.parse(list.body)
      const row = data.find(({ id }) => id === draft.id)
      const isFull = cookie === api.lim.cookie || cookie === api.as.admin
      expect(row?.diagnoses?.map(({ code }) => code)).toEqual(isFull ? [null, 'J06.9'] : undefined)
      expect(list.text).not.toContain('CANARY')
    }
  })

  it('the list is walked through once, narrowed by doctor, day and state', async () => {
    const other = await api.save(await api.open(), { plan: 'x' })
    const theirs = await api.open(undefined, api.tan.cookie)
    const list = async (query: string, cookie?: string) =>
      consultationList.parse((await api.as1('get', `/api/consultations?${query}`, cookie)).body)
    const all = await list('limit=100')
    const ids = all.data.map(({ id }) => id)
    expect(ids).toEqual([...ids].sort((a, b) => Number(b) - Number(a)))
    expect(all.meta).toMatchObject({ total: ids.length, page: 1, next: null })
    const walked: string[] = []
    for (let next: string | null = ''; next !== null; ) {
      const page = await list(`limit=3${next && `&cursor=${next}`}`)
      walked.push(...page.data.map(({ id }) => id))
      next = page.meta.next
    }
    expect(walked).toEqual(ids)
    expect((await list('limit=3&page=2')).data.map(({ id }) => id)).toEqual(ids.slice(3, 6))
    const own = (await list('scope=own&status=draft&limit=100')).data.map(({ id }) => id)
    expect(own).toContain(other.id)
    expect(own).not.toContain(theirs.id)
    expect((await list('scope=own', api.tan.cookie)).data.map(({ id }) => id)).toEqual([theirs.id])
    expect((await list('scope=own', api.as.admin)).data).toEqual([])
    expect((await list(`doctor=${api.tan.doctorId}&day=${theirs.day}`)).data).toHaveLength(1)
    expect((await list('day=2000-01-01')).data).toEqual([])
  })

  it.each([
    'x=1',
    'limit=101',
    'cursor=abc',
    'cursor=2026-13-45.1',
    'cursor=2026-01-05.01',
    'page=5000&limit=100',
    'scope=theirs',
    'status=lost',
  ])('a list with %s is refused', async (query) => {
    expect((await api.as1('get', `/api/consultations?${query}`)).status).toBe(400)
  })
})
