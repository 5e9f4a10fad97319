import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drainOnce } from '../../shared/audit/drain.ts'
import type { Verb } from '../queue/testing.ts'
import { type ConsultationApi, startConsultationApi } from './testing.ts'

let api: ConsultationApi
beforeAll(async () => {
  api = await startConsultationApi()
})
afterAll(() => api.close())

type Role = 'super_admin' | 'admin' | 'own' | 'other' | 'assistant' | 'pharmacist' | 'cashier'
const cookieOf = (role: Role): string => {
  if (role === 'own') return api.lim.cookie
  if (role === 'other') return api.tan.cookie
  if (role === 'pharmacist' || role === 'super_admin') return api.others[role]
  return api.as[role]
}

/** What each may do with Dr. Lim's consultation: the answer's status. */
const MATRIX: [string, Verb, string, object | undefined, Record<Role, number>][] = [
  [
    'list',
    'get',
    '',
    undefined,
    { super_admin: 200, admin: 200, own: 200, other: 200, assistant: 200, pharmacist: 200, cashier: 403 },
  ],
  [
    'read',
    'get',
    '/:id',
    undefined,
    { super_admin: 200, admin: 200, own: 200, other: 200, assistant: 403, pharmacist: 200, cashier: 403 },
  ],
  [
    'versions',
    'get',
    '/:id/versions',
    undefined,
    { super_admin: 200, admin: 200, own: 200, other: 200, assistant: 403, pharmacist: 403, cashier: 403 },
  ],
  [
    'save',
    'patch',
    '/:id',
    { version: 2, plan: 'x' },
    { super_admin: 403, admin: 403, own: 200, other: 403, assistant: 403, pharmacist: 403, cashier: 403 },
  ],
  [
    'sign',
    'post',
    '/:id/sign',
    { version: 2 },
    { super_admin: 403, admin: 403, own: 200, other: 403, assistant: 403, pharmacist: 403, cashier: 403 },
  ],
  [
    'amend',
    'post',
    '/:id/amend',
    { version: 3, reason: 'x', changes: { plan: 'y' } },
    { super_admin: 403, admin: 403, own: 200, other: 403, assistant: 403, pharmacist: 403, cashier: 403 },
  ],
]

describe('rights', () => {
  it('are those of the table, for each role, own and others’ consultations', async () => {
    const { id } = await api.save(await api.open(), { plan: 'x' })
    for (const [what, verb, path, body, may] of MATRIX) {
      // whoever may goes last, so that nobody is refused for the state alone
      const roles = (Object.keys(may) as Role[]).sort((a, b) => may[b] - may[a])
      for (const role of roles) {
        const request = api.as1(verb, `/api/consultations${path.replace(':id', id)}`, cookieOf(role))
        const answer = await (body === undefined ? request : request.send(body))
        expect(answer.status, `${what} as ${role}: ${answer.text}`).toBe(may[role])
      }
    }
    for (const role of ['super_admin', 'admin', 'assistant', 'pharmacist', 'cashier'] as const) {
      const { id: ticketId } = await api.ticket()
      const answer = await api.as1('post', '/api/consultations', cookieOf(role)).send({ ticketId })
      expect(answer.status, role).toBe(403)
      expect((await api.ticketNow(ticketId)).status).toBe('waiting')
    }
  })

  it('end for a doctor who does not work here any more, and never were for one who is not entered', async () => {
    const cookie = await api.signIn('doctor', 'unentered')
    const { id: ticketId } = await api.ticket()
    expect((await api.as1('post', '/api/consultations', cookie).send({ ticketId })).status).toBe(403)
    const userId = await api.user('doctor', 'unentered')
    const entered = await api
      .call('post', '/api/doctors', api.as.admin)
      .send({ code: 'NEW', name: 'Dr. New', userId })
    const draft = await api.open({ id: ticketId }, cookie)
    const { id, version } = entered.body
    await api.call('patch', `/api/doctors/${id}`, api.as.admin).send({ version, active: false })
    const late = await api
      .as1('patch', `/api/consultations/${draft.id}`, cookie)
      .send({ version: 1, plan: 'x' })
    expect(late.status).toBe(403)
  })
})

describe('the audit', () => {
  it('has every look and every change with its patient, and no word of what was written', async () => {
    const draft = await api.save(await api.open(), { plan: 'CANARY', diagnoses: [{ text: 'CANARY' }] })
    const path = `/api/consultations/${draft.id}`
    await api.as1('get', path, api.tan.cookie)
    await api.as1('get', `${path}/versions`)
    await api.as1('get', `/api/consultations?doctor=${api.lim.doctorId}`)
    await api.as1('get', `/api/patients/${draft.patient.id}/history`)
    await api.as1('get', '/api/consultations/999999999')
    await api.as1('post', `${path}/sign`).send({ version: draft.version })
    await api
      .as1('post', `${path}/amend`)
      .send({ version: 3, reason: 'CANARY', changes: { plan: 'CANARY amended' } })
    const entries = async () => {
      await drainOnce(api.deps)
      const rows = await api.deps.db('audit_entries')
      const shows = (row: { detail: { shown?: string[] } | null }) =>
        row.detail?.shown?.includes(draft.patient.id) === true
      return rows
        .filter((row) => row.patient_id === draft.patient.id || shows(row) || row.outcome === 'failed')
        .map(({ action, outcome }) => (outcome === 'ok' ? action : `${action} ${outcome}`))
    }
    const wanted = [
      'consultations.start',
      'consultations.save',
      'consultations.read',
      'consultations.versions',
      'patients.history',
      'consultations.sign',
      'consultations.amend',
      'consultations.list',
      'consultations.read failed',
    ]
    await expect.poll(entries, { timeout: 20_000 }).toEqual(expect.arrayContaining(wanted))
    const rows = await api.deps.db('audit_entries')
    expect(JSON.stringify(rows)).not.toContain('CANARY')
    const of = (action: string) => rows.filter((row) => row.action === action && row.entity_id === draft.id)
    expect(of('consultations.read')[0]).toMatchObject({ username: 'tan', role: 'doctor', outcome: 'ok' })
    expect(of('consultations.save')[0].detail).toEqual({
      fields: ['plan', 'diagnoses'],
      version: 2,
    })
    expect(of('consultations.sign')[0].detail).toEqual({ version: 3, next: 'payment' })
  })
})

describe('what it costs', () => {
  async function statements(work: () => Promise<unknown>): Promise<number> {
    let count = 0
    const note = () => {
      count++
    }
    api.deps.db.on('query', note)
    await work()
    api.deps.db.removeListener('query', note)
    return count
  }

  it('is few statements: opening, autosave, signing and reading, however much is written', async () => {
    const ticket = await api.ticket()
    await api.open()
    let draft = await api.open(await api.ticket())
    expect(await statements(async () => (draft = await api.open(ticket)))).toBeLessThanOrEqual(12)
    const many = Array.from({ length: 20 }, (_, n) => ({ text: `Diagnosis ${n}` }))
    const save = async () => {
      draft = await api.save(draft, { plan: `typed ${draft.version}`, diagnoses: many })
    }
    // the consultation, begin, the write, commit
    expect(await statements(save)).toBe(4)
    expect(await statements(save)).toBe(4)
    expect(await statements(() => api.save(draft, { plan: draft.plan }))).toBe(1)
    const path = `/api/consultations/${draft.id}`
    expect(await statements(() => api.as1('get', path).then())).toBe(1)
    expect(await statements(() => api.as1('get', '/api/consultations?limit=100').then())).toBe(2)
    const sign = () => api.as1('post', `${path}/sign`).send({ version: draft.version })
    expect(await statements(() => sign().then())).toBeLessThanOrEqual(10)
  })
})
