import { randomUUID } from 'node:crypto'
import type request from 'supertest'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Consultation } from '../../shared/consultations/schema.ts'
import { medicinesInsertion, rebuildFigures } from '../../shared/dashboard/commands.ts'
import { foldOnce } from '../../shared/dashboard/fold.ts'
import type { Ticket } from '../../shared/queue/schema.ts'
import { fromNoon, type QueueApi, someone, startQueueApi } from '../queue/testing.ts'

const DAY_MS = 24 * 3_600_000
const MINUTE_MS = 60_000
const DAYS = 3
const STEPS_A_DAY = 40

let api: QueueApi
let aheadMs = 0
const doctors: { cookie: string; id: string }[] = []

beforeAll(async () => {
  api = await startQueueApi({ rewire: (deps) => ({ ...deps, clock: fromNoon(() => aheadMs) }) })
  await api.deps
    .db('icd10_codes')
    .insert(['J06.9', 'A09', 'I10', 'E11.9'].map((code) => ({ code, title: `Title of ${code}` })))
    .onConflict('code')
    .ignore()
  for (const code of ['A', 'B']) {
    const cookie = await api.signIn('doctor', `doctor-${code}`)
    const userId = await api.user('doctor', `doctor-${code}`)
    const made = await api
      .call('post', '/api/doctors', api.as.admin)
      .send({ code, name: `Dr ${code}`, userId })
    doctors.push({ cookie, id: made.body.id })
  }
})
afterAll(() => api.close())

const signInAgain = async (): Promise<void> => {
  Object.assign(api.as, { admin: await api.signIn('admin'), assistant: await api.signIn('assistant') })
  for (const [n, code] of ['A', 'B'].entries()) {
    const cookie = await api.signIn('doctor', `doctor-${code}`)
    const doctor = doctors[n]
    if (doctor !== undefined) doctor.cookie = cookie
  }
}

/** The same numbers in every run, so that a failure can be looked at again. */
function dice(seed: number): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * sides)
  }
}

const figures = async () => {
  const rows = await api.deps
    .db('day_figures')
    .whereNot('value', 0)
    .orderBy(['measure', 'day', 'doctor_id', 'part'])
    .select('measure', 'day', 'doctor_id', 'part', 'value')
  return rows.map((row) => Object.values(row).join(' '))
}

/** Calls that random steps make; what the present state refuses (4xx) has no effect and is no fault here. */
const did = async (call: request.Test, into?: Set<string>, name = ''): Promise<request.Response> => {
  const answer = await call
  expect(answer.status, answer.text).toBeLessThan(500)
  if (answer.status < 300) into?.add(name)
  return answer
}

it('random days counted along are the same as counted again from the records', {
  timeout: 240_000,
}, async () => {
  const roll = dice(20_261_128)
  const { call } = api
  const admin = () => api.as.admin
  const tickets: string[] = []
  const drafts: { of: Consultation; by: string }[] = []
  const payments: string[] = []
  const happened = new Set<string>()
  const pick = <T>(list: readonly T[]): T | undefined => list[roll(list.length)]
  const present = async (): Promise<Ticket | undefined> => {
    const id = pick(tickets)
    return (await api.board()).find((each) => each.id === id)
  }
  const STATES = [
    'called',
    'in_consultation',
    'payment',
    'dispensing',
    'completed',
    'on_hold',
    'no_show',
    'waiting',
    'cancelled',
  ]

  const signOrAmend = async (of: Consultation, by: string): Promise<void> => {
    const path = `/api/consultations/${of.id}`
    const { body: now } = await did(call('get', path, by))
    if (now.status === 'draft')
      await did(call('post', `${path}/sign`, by).send({ version: now.version }), happened, 'sign')
    else {
      const diagnoses = [{ code: pick(['J06.9', 'A09', 'I10', 'E11.9']), text: null, primary: true }]
      const amended = { version: now.version, reason: 'Looked again', changes: { diagnoses } }
      await did(call('post', `${path}/amend`, by).send(amended), happened, 'amend')
    }
  }

  const steps: (() => Promise<void>)[] = [
    async () => {
      const doctorId = roll(2) === 0 ? doctors[roll(2)]?.id : undefined
      tickets.push((await api.ticket(doctorId === undefined ? {} : { doctorId })).id)
    },
    async () => {
      const members = [{ patient: someone() }, { patient: someone() }, { patient: someone() }]
      const answer = await did(call('post', '/api/queue/groups').send({ members }), happened, 'group')
      tickets.push(answer.body.id)
    },
    async () => {
      const ticket = await present()
      const to = pick(STATES)
      if (ticket === undefined) return
      const { version } = ticket
      await did(call('post', `/api/queue/${ticket.id}/moves`).send({ to, version }), happened, 'move')
    },
    async () => {
      const ticket = await present()
      if (ticket === undefined) return
      const body = { to: 'waiting', version: ticket.version, doctorId: doctors[roll(2)]?.id }
      await did(call('post', `/api/queue/${ticket.id}/moves`).send(body), happened, 'transfer')
    },
    async () => {
      const ticket = await present()
      if (ticket === undefined) return
      const path = `/api/queue/${ticket.id}`
      await did(call('post', `${path}/moves`).send({ to: pick(STATES), version: ticket.version }))
      await did(call('post', `${path}/undo`).send({}), happened, 'undo')
    },
    async () => {
      const ticket = await api.ticket()
      tickets.push(ticket.id)
      const by = doctors[roll(2)]?.cookie as string
      const opened = await did(
        call('post', '/api/consultations', by).send({ ticketId: ticket.id }),
        happened,
        'open',
      )
      if (opened.status > 201) return
      const { id, version } = opened.body
      const diagnoses = [{ code: pick(['J06.9', 'A09', 'I10']), text: null, primary: true }]
      const saved = await did(
        call('patch', `/api/consultations/${id}`, by).send({ version, subjective: 'Cough', diagnoses }),
        happened,
        'save',
      )
      if (saved.status >= 300) return
      drafts.push({ of: saved.body, by })
      if (roll(3) > 0) await signOrAmend(saved.body, by)
    },
    async () => {
      const draft = pick(drafts)
      if (draft === undefined) return
      await signOrAmend(draft.of, draft.by)
    },
    async () => {
      const ticket = await api.ticket({ doctorId: doctors[roll(2)]?.id })
      tickets.push(ticket.id)
      const path = `/api/queue/${ticket.id}/moves`
      await did(call('post', path).send({ to: 'in_consultation', version: 1 }))
      await did(call('post', path).send({ to: 'payment', version: 2 }))
      const { visitId } = ticket
      const line = {
        kind: 'procedure',
        description: 'Dressing',
        quantity: 1,
        unitPrice: `${10 + roll(90)}.00`,
      }
      const seen = await did(call('get', `/api/bills/${visitId}`, admin()))
      await did(
        call('post', `/api/bills/${visitId}/items`, admin()).send({ ...line, version: seen.body.version }),
      )
      const { body: bill } = await did(call('get', `/api/bills/${visitId}`, admin()))
      const method = pick(['card', 'duitnow', 'ewallet'])
      const tenders = [{ method, amount: bill.balance }]
      const { version, balance } = bill
      const paid = await did(
        call('post', '/api/payments', admin())
          .set('Idempotency-Key', randomUUID())
          .send({ visitId, version, balance, tenders }),
        happened,
        'pay',
      )
      if (paid.status === 201) payments.push(paid.body.id)
    },
    async () => {
      const id = pick(payments)
      if (id === undefined) return
      const verb = pick(['void', 'refund'])
      const { body } = await did(call('get', `/api/payments/${id}`, admin()))
      const reversal = { version: body.version, reason: 'Wrong person' }
      await did(call('post', `/api/payments/${id}/${verb}`, admin()).send(reversal), happened, verb)
    },
    async () => {
      const { body } = await did(call('post', '/api/patients').send(someone()))
      if (roll(2) === 0) await did(call('delete', `/api/patients/${body.id}`, admin()), happened, 'delete')
    },
    async () => {
      const [one, other] = [
        (await call('post', '/api/patients').send(someone())).body,
        (await call('post', '/api/patients').send(someone())).body,
      ]
      const body = { otherId: other.id, version: 1, otherVersion: 1 }
      const merged = await did(
        call('post', `/api/patients/${one.id}/merge`, admin()).send(body),
        happened,
        'merge',
      )
      if (roll(2) === 0) await did(call('post', `/api/patients/merges/${merged.body.merge.id}/undo`, admin()))
    },
    async () => {
      await foldOnce(api.deps)
    },
  ]

  await did(call('post', '/api/shifts', admin()).send({ float: '100.00' }))
  for (let day = 0; day < DAYS; day++) {
    aheadMs = day * DAY_MS
    // nobody stays signed in overnight
    await signInAgain()
    tickets.length = 0
    for (let step = 0; step < STEPS_A_DAY; step++) {
      aheadMs += roll(4) * MINUTE_MS
      // a day begins with people
      await (steps[step < 6 ? step % 2 : roll(steps.length)] as () => Promise<void>)()
    }
  }
  while ((await foldOnce(api.deps)) > 0);
  const along = await figures()
  for (const what of ['move', 'undo', 'open', 'sign', 'pay', 'merge', 'delete'])
    expect([...happened]).toContain(what)
  for (const measure of ['visits', 'arrivals', 'waiting', 'takings', 'diagnoses', 'new-patients'])
    expect(along.filter((line) => line.startsWith(`${measure} `)).length, measure).toBeGreaterThan(0)

  await rebuildFigures(api.deps)
  expect(await figures()).toEqual(along)
  await api.deps.db('day_figures').delete()
  await rebuildFigures(api.deps)
  expect(await figures()).toEqual(along)
})

it('medicines count from hand-over to return, for whoever ordered them', async () => {
  const { db } = api.deps
  const day = '2026-05-06'
  const [medicationId] = await db('medications').insert({
    sku: 'T1',
    generic_name: 'Paracetamol',
    strength: '500 mg',
    unit: 'tablet',
    selling_price: '0.20',
  })
  const ticket = await api.ticket()
  const visit = { visit_id: ticket.visitId, patient_id: ticket.patient.id }
  const at = `${day} 03:00:00.000`
  await db('prescriptions').insert({ ...visit, updated_at: at })
  const line = {
    ...visit,
    position: 1,
    medication_id: medicationId,
    description: 'Paracetamol',
    dose: 1,
    dose_unit: 'tablet',
    route: 'oral',
    frequency: 'tds',
    quantity: 12,
    instructions_ms: '',
    instructions_en: '',
    unit_price_sen: 20,
    warnings: '[]',
    ordered_by: await api.user('doctor', 'doctor-A'),
    ordered_at: at,
  }
  const [id] = await db('prescription_lines').insert({ ...line, status: 'handed_over', handed_over_at: at })
  const see = async () =>
    (await api.call('get', `/api/dashboard?day=${day}`, doctors[0]?.cookie)).body.medicines
  await db.transaction((trx) => medicinesInsertion(trx, [String(id)], 1))
  const shown = [{ medicationId: String(medicationId), name: 'Paracetamol 500 mg', quantity: 12 }]
  expect(await see()).toEqual(shown)
  await rebuildFigures(api.deps, { from: day, to: day })
  expect(await see()).toEqual(shown)
  await db.transaction((trx) => medicinesInsertion(trx, [String(id)], -1))
  await db('prescription_lines').where({ id }).update({ status: 'returned' })
  expect(await see()).toEqual([])
  await rebuildFigures(api.deps, { from: day, to: day })
  expect(await see()).toEqual([])
})
