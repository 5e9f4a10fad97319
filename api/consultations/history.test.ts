import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PatientHistory, patientHistory } from '../../shared/consultations/history/schema.ts'
import { loadCommonCodes } from '../../shared/icd10/commands.ts'
import { type ConsultationApi, startConsultationApi } from './testing.ts'

const AT = '2026-01-05 02:00:00.000'
let api: ConsultationApi
let patientId: string
/** Ids of the patient's visits, the newest first. */
let visits: string[]

beforeAll(async () => {
  api = await startConsultationApi()
  await loadCommonCodes(api.deps)
  await makeHistory()
})
afterAll(() => api.close())

const VISITS = 45

/** A patient with one consultation of today and many visits of before, several of one day among them. */
async function makeHistory(): Promise<void> {
  const { db } = api.deps
  const today = await api.save(await api.open(), {
    assessment: 'CANARY assessment',
    plan: 'CANARY plan',
    diagnoses: [{ code: 'J06.9' }, { text: 'CANARY words' }],
  })
  patientId = today.patient.id
  const [medication] = await db('medications').insert({
    sku: 'MED',
    generic_name: 'Paracetamol',
    unit: 'tablet',
    selling_price: '0.10',
  })
  const userId = await api.user('cashier')
  const made: [string, string][] = [[today.day, today.visitId]]
  for (let n = 0; n < VISITS; n++) {
    const day = `2026-0${1 + (n % 3)}-0${1 + (n % 7)}`
    const doctor_id = n % 2 === 0 ? api.lim.doctorId : api.tan.doctorId
    const [id] = await db('visits').insert({
      patient_id: patientId,
      visited_on: day,
      doctor_id: n % 5 === 0 ? null : doctor_id,
      created_at: AT,
    })
    const visit_id = String(id)
    made.push([day, visit_id])
    await db('diagnoses').insert({ visit_id, position: 0, code: 'A09', text: null, is_primary: true })
    const ids = { visit_id, patient_id: patientId }
    await db('prescriptions').insert({ ...ids, updated_at: AT })
    for (const [position, status] of ['handed_over', 'cancelled'].entries())
      await db('prescription_lines').insert({
        ...ids,
        position,
        status,
        medication_id: medication,
        description: `CANARY medicine ${n}`,
        dose: '1',
        dose_unit: 'tablet',
        route: 'oral',
        frequency: 'TDS',
        quantity: 9,
        instructions_ms: '',
        instructions_en: '',
        unit_price_sen: 10,
        warnings: '[]',
        ordered_at: AT,
      })
    const [bill] = await db('bills').insert({ ...ids, live: 1, status: 'paid', created_at: AT })
    await db('payments').insert({
      ...ids,
      bill_id: bill,
      doctor_id,
      series: 'receipt',
      no: n + 1,
      number: `R${n + 1}`,
      kind: 'payment',
      status: 'recorded',
      amount_sen: 4500 + n,
      balance_sen: 0,
      user_id: userId,
      paid_on: day,
      created_at: AT,
    })
  }
  visits = made
    .toSorted((a, b) => b[0].localeCompare(a[0]) || Number(b[1]) - Number(a[1]))
    .map(([, id]) => id)
}

const ask = (query = '', cookie?: string, id = patientId) =>
  api.as1('get', `/api/patients/${id}/history${query}`, cookie)
const read = async (query = '', cookie?: string): Promise<PatientHistory> => {
  const answer = await ask(query, cookie)
  expect(answer.status, answer.text).toBe(200)
  return patientHistory.strict().parse(answer.body)
}

describe('the history of a patient', () => {
  it('has every visit once, the newest first, page by page, with what became of it', async () => {
    const walked: PatientHistory['data'] = []
    for (let next: string | null = ''; next !== null; ) {
      const page = await read(`?limit=7${next && `&cursor=${next}`}`)
      walked.push(...page.data)
      next = page.meta.next
    }
    expect(walked.map(({ visitId }) => visitId)).toEqual(visits)
    expect((await read('?limit=100')).data).toEqual(walked)
    expect(walked[0]).toMatchObject({
      doctor: { id: api.lim.doctorId, name: 'Dr. Lim Wei' },
      ticket: { status: 'in_consultation' },
      consultation: { status: 'draft', assessment: 'CANARY assessment', plan: 'CANARY plan' },
      diagnoses: [
        { code: 'J06.9', title: 'Acute upper respiratory infection, unspecified', primary: true },
        { code: null, text: 'CANARY words', primary: false },
      ],
      prescriptions: [],
      certificates: [],
      payments: [],
    })
    expect(walked[1]).toMatchObject({
      ticket: null,
      consultation: null,
      diagnoses: [{ code: 'A09', primary: true }],
      prescriptions: [{ quantity: 9, status: 'handed_over' }],
    })
    expect(walked.some(({ doctor }) => doctor === null)).toBe(true)
  })

  it('shows each only the parts that are his business', async () => {
    const parts = async (cookie?: string) => {
      const answer = await ask('?limit=100', cookie)
      const [first] = patientHistory.parse(answer.body).data
      const named = Object.keys(first ?? {}).filter((name) =>
        ['diagnoses', 'prescriptions', 'certificates', 'payments'].includes(name),
      )
      return { named: named.sort(), text: answer.text }
    }
    const all = ['certificates', 'diagnoses', 'payments', 'prescriptions']
    expect((await parts()).named).toEqual(all)
    expect((await parts(api.as.admin)).named).toEqual(all)
    const pharmacist = await parts(api.others.pharmacist)
    expect(pharmacist.named).toContain('prescriptions')
    const cashier = await parts(api.as.cashier)
    expect(cashier.named).toEqual(['payments'])
    expect(cashier.text).not.toContain('CANARY')
    const assistant = await parts(api.as.assistant)
    for (const { named, text } of [pharmacist, assistant]) {
      expect(named).not.toContain('diagnoses')
      expect(text).not.toMatch(/CANARY (words|plan|assessment)|J06|A09/)
    }
  })

  it('shows a doctor what was paid for his own visits', async () => {
    const paid = async (cookie?: string) =>
      (await read('?limit=100', cookie)).data.flatMap(({ payments }) => payments ?? [])
    const [own, theirs, all] = [await paid(), await paid(api.tan.cookie), await paid(api.as.admin)]
    expect([own.length, theirs.length, all.length]).toEqual([23, 22, VISITS])
    expect(all).toContainEqual(
      expect.objectContaining({ number: 'R1', amount: '45.00', paidOn: '2026-01-01' }),
    )
  })

  it('costs the same few statements for one visit and for a hundred', async () => {
    await read()
    const count = async (query: string) => {
      let statements = 0
      const note = () => {
        statements++
      }
      api.deps.db.on('query', note)
      await read(query)
      api.deps.db.removeListener('query', note)
      return statements
    }
    expect([await count('?limit=1'), await count('?limit=100')]).toEqual([7, 7])
  })

  it('is refused for nobody’s id, a strange cursor and whoever may not see patients', async () => {
    for (const id of ['999999999', '0', 'x']) expect((await ask('', undefined, id)).status).toBe(404)
    for (const query of ['?cursor=x', '?cursor=2026-01-05.0', '?cursor=2026-13-01.1', '?limit=0', '?x=1'])
      expect((await ask(query)).status, query).toBe(400)
    expect((await ask('').set('Cookie', '')).status).toBe(401)
  })
})
