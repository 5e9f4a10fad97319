import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { prescriptionChargesOf } from '../../shared/prescriptions/reads.ts'
import { prescription as shape } from '../../shared/prescriptions/schema.ts'
import { type PrescriptionApi, startPrescriptionApi, tablets } from './testing.ts'

let api: PrescriptionApi
beforeAll(async () => {
  api = await startPrescriptionApi()
})
afterAll(() => api.close())

const get = (id: string, cookie = api.lim.cookie) =>
  api.call('get', `/api/consultations/${id}/prescription`, cookie)

describe('ordering', () => {
  it('works quantity, label and price out, is read as it was answered, and is charged', async () => {
    const { id, visitId } = await api.open()
    const a = await api.medicine()
    const b = await api.medicine({
      form: 'syrup',
      strength: '120 mg/5 mL 60 mL',
      unit: 'bottle',
      sellingPrice: '19.50',
    })
    expect((await get(id)).body).toMatchObject({ version: 0, lines: [], total: '0.00' })
    const made = await api.put(id, [
      tablets(a.id, { timing: 'after_food', note: 'With water' }),
      { medicationId: b.id, dose: 5, frequency: 'TDS', durationDays: 5 },
    ])
    expect(made.status, made.text).toBe(200)
    expect(shape.strict().parse(made.body)).toMatchObject({
      version: 1,
      total: '44.00',
      lines: [
        {
          quantity: 10,
          doseUnit: 'tablet',
          route: 'oral',
          unitPrice: '0.50',
          amount: '5.00',
          status: 'ordered',
          instructions: {
            ms: 'Makan 1 biji 2 kali sehari, selepas makan, selama 5 hari.',
            en: 'Take 1 tablet twice a day, after food, for 5 days.',
          },
        },
        { quantity: 2, doseUnit: 'ml', unit: 'bottle', amount: '39.00' },
      ],
    })
    expect((await get(id)).body).toEqual(made.body)
    expect(await prescriptionChargesOf(api.deps.db, visitId)).toMatchObject([
      { quantity: 10, unitPriceSen: 50, amountSen: 500 },
      { quantity: 2, unitPriceSen: 1950, amountSen: 3900 },
    ])
    const audit = await api.deps.db('audit_entries').where({ action: 'prescriptions.write', entity_id: id })
    expect(audit).toMatchObject([{ patient_id: made.body.patientId }])
  })

  it('keeps lines that say the same, with their price; changes, adds and cancels the others', async () => {
    const { id, visitId } = await api.open()
    const [a, b, c] = [await api.medicine(), await api.medicine(), await api.medicine()]
    const { body: first } = await api.put(id, [tablets(a.id), tablets(b.id)])
    const [lineA] = first.lines
    await api
      .call('patch', `/api/medications/${a.id}`, api.others.pharmacist)
      .send({ version: 1, sellingPrice: '9.00' })
    const second = await api.put(id, [tablets(a.id, { id: lineA?.id }), tablets(c.id)], 1)
    expect(second.body.lines.map(({ medicationId }) => medicationId)).toEqual([a.id, c.id])
    expect(second.body.lines[0]).toMatchObject({ id: lineA?.id, unitPrice: '0.50', version: 1 })
    const third = await api.put(id, [tablets(a.id, { id: lineA?.id, durationDays: 7 })], 2)
    expect(third.body).toMatchObject({ version: 3, lines: [{ quantity: 14, version: 2 }] })
    const cancelled = await api.deps
      .db('prescription_lines')
      .where({ visit_id: visitId, status: 'cancelled' })
    expect(cancelled).toHaveLength(2)
  })

  it('lets one of two windows win, and shows the other what is', async () => {
    const { id } = await api.open()
    const { id: medicine } = await api.medicine()
    const answers = await Promise.all(
      [1, 2, 3].map((days) => api.put(id, [tablets(medicine, { durationDays: days })])),
    )
    const won = answers.filter(({ status }) => status === 200)
    expect(won).toHaveLength(1)
    for (const { status, body } of answers.filter((each) => each.status !== 200))
      expect([status, body.code, body.current]).toEqual([409, 'state/version', won[0]?.body])
  })

  it('orders the last prescription again, without what is no longer used', async () => {
    const [a, b] = [await api.medicine(), await api.medicine()]
    const ticket = await api.ticket()
    const before = await api.open(ticket)
    await api.put(before.id, [tablets(a.id, { timing: 'with_food' }), tablets(b.id)])
    await api.call('delete', `/api/medications/${b.id}`, api.others.pharmacist)
    const again = await api.call('post', '/api/queue').send({ patientId: ticket.patient.id })
    const now = await api.open(again.body)
    const last = await api.as1('get', `/api/consultations/${now.id}/prescription/last`)
    expect(last.body).toMatchObject({
      visitId: before.visitId,
      lines: [{ medicationId: a.id, timing: 'with_food', quantity: 10 }],
      unavailable: [{ medicationId: b.id }],
    })
    // the first course is not over, which somebody has to have seen
    const reason = { overrideReason: 'Course goes on' }
    expect((await api.put(now.id, last.body.lines)).status).toBe(422)
    const lines = last.body.lines.map((line: object) => ({ ...line, ...reason }))
    expect((await api.put(now.id, lines)).status).toBe(200)
  })
})

describe('warnings', () => {
  it('are listed until each line has a reason, which is kept with them', async () => {
    const ticket = await api.ticket({}, { allergies: 'Penicillin (rash)' })
    const { id } = await api.open(ticket)
    const amoxicillin = await api.medicine({ genericName: 'Amoxicillin', atcCode: 'J01CA04' })
    const plain = await api.medicine()
    const lines = [tablets(plain.id), tablets(amoxicillin.id), tablets(plain.id)]
    const refused = await api.put(id, lines)
    expect(refused.status).toBe(422)
    expect(refused.body).toMatchObject({
      code: 'rule/broken',
      errors: [
        { path: 'lines.1.overrideReason', code: 'allergy' },
        { path: 'lines.2.overrideReason', code: 'duplicate-drug' },
      ],
      warnings: [
        { line: 1, warnings: [{ kind: 'allergy', about: 'penicillins' }] },
        { line: 2, warnings: [{ kind: 'duplicate-drug' }] },
      ],
    })
    expect((await get(id)).body.lines).toEqual([])
    const reason = { overrideReason: 'Tolerated last year' }
    const done = await api.put(id, [
      lines[0],
      { ...lines[1], ...reason },
      { ...lines[2], ...reason },
    ] as object[])
    expect(done.status, done.text).toBe(200)
    expect(done.body.lines[1]).toMatchObject({
      overrideReason: 'Tolerated last year',
      warnings: [{ kind: 'allergy', about: 'penicillins' }],
    })
    expect(done.body.lines[0]).toMatchObject({ overrideReason: null, warnings: [] })
  })
})

describe('rights and bad requests', () => {
  it('is for the doctor of the consultation; pharmacists look, assistants and cashiers do not', async () => {
    const { id } = await api.open()
    const { id: medicine } = await api.medicine()
    const lines = [tablets(medicine)]
    for (const cookie of [api.tan.cookie, api.others.super_admin, api.others.pharmacist, api.as.admin])
      expect((await api.put(id, lines, 0, cookie)).status).toBe(403)
    for (const [cookie, status] of [
      [api.tan.cookie, 200],
      [api.others.pharmacist, 200],
      [api.as.assistant, 403],
      [api.as.cashier, 403],
    ] as const)
      expect((await get(id, cookie)).status).toBe(status)
    expect((await get('999999')).status).toBe(404)
  })

  it.each([
    [{ dose: 0 }, 400],
    [{ dose: 0.3 }, 422],
    [{ dose: '1' }, 400],
    [{ doseUnit: 'ml' }, 422],
    [{ route: 'eye' }, 422],
    [{ frequency: 'SOMETIMES' }, 400],
    [{ frequency: 'PRN' }, 422],
    [{ durationDays: null }, 422],
    [{ durationDays: 366 }, 400],
    [{ medicationId: '999999' }, 422],
    [{ unitPrice: '0.01' }, 400],
    [{ id: '999999' }, 422],
    [{ note: 'x'.repeat(201) }, 400],
  ])('refuses a line with %o', async (more, status) => {
    const { id } = await api.open()
    const { id: medicine } = await api.medicine()
    const answer = await api.put(id, [tablets(medicine, more)])
    expect(answer.status, answer.text).toBe(status)
    expect((await get(id)).body.version).toBe(0)
  })

  it('asks how many where a medicine does not say what it holds', async () => {
    const { id } = await api.open()
    const inhaler = await api.medicine({ form: 'inhaler', strength: '18 mcg/dose', unit: 'inhaler' })
    const line = { medicationId: inhaler.id, dose: 1, frequency: 'OD', durationDays: 30 }
    const asked = await api.put(id, [line])
    expect(asked.body.errors).toMatchObject([{ path: 'lines.0.quantity' }])
    expect((await api.put(id, [{ ...line, quantity: 1 }])).status).toBe(200)
  })

  it('reckons a dosing without writing anything', async () => {
    const { id } = await api.medicine()
    const answer = await api.as1('post', '/api/prescriptions/dosing').send(tablets(id))
    expect(answer.body).toMatchObject({ quantity: 10, unit: 'tablet', unitPrice: '0.50', amount: '5.00' })
    expect(
      (await api.as1('post', '/api/prescriptions/dosing', api.as.cashier).send(tablets(id))).status,
    ).toBe(403)
  })
})
