import request from 'supertest'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { drainOnce } from '../../shared/audit/drain.ts'
import { pageOfEntries } from '../../shared/audit/queries.ts'
import { auditList, auditReview, touchedList } from '../../shared/audit/schema.ts'
import { sealOnce } from '../../shared/audit/seal.ts'
import { flushRedis } from '../../shared/testing/harness.ts'
import { startTestApi, type TestApi } from '../http/testing.ts'

let api: TestApi
let admin: string
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.close())
beforeEach(async () => {
  await settled()
  await api.deps.emptyTables()
  await flushRedis(api.deps.prefix)
  admin = await api.signIn('admin')
})

const as = (cookie: string, path: string) => request(api.url).get(path).set('Cookie', cookie)
const audit = async (query = '', cookie = admin) => {
  const answer = await as(cookie, `/api/audit?${query}`)
  expect(answer.status).toBe(200)
  return auditList.parse(answer.body)
}

/** Waits until every line of the spool is in the table and sealed. */
async function settled() {
  await api.services.spool.close()
  await drainOnce(api.deps)
  await sealOnce(api.deps)
}

const addPatient = async (name: string) => {
  const made = await request(api.url)
    .post('/api/patients')
    .set('X-Requested-With', 'clinic')
    .set('Cookie', admin)
    .send({ name })
  expect(made.status).toBe(201)
  return made.body.id as string
}

interface Given {
  at?: string
  action?: string
  user_id?: string
  role?: string
  patient_id?: string
  detail?: string
}
let line = 0
const given = (rows: Given[]) =>
  api.deps.db('audit_entries').insert(
    rows.map((row) => {
      line += 1
      const uid = `00000000-0000-7000-8000-${String(line).padStart(12, '0')}`
      return { uid, at: '2026-01-02 03:04:05.006', action: 'patients.read', outcome: 'ok', ...row }
    }),
  )

describe('who saw a patient', () => {
  it('is whoever read, changed, or was shown that patient in a search or a list, and whoever asked', async () => {
    const id = await addPatient('Aminah binti Yusof')
    const other = await addPatient('Bala a/l Kumar')
    const doctor = await api.signIn('doctor')
    const cashier = await api.signIn('cashier')
    await as(doctor, `/api/patients/${id}`)
    await as(cashier, '/api/patients/search?query=aminah')
    await as(cashier, `/api/patients/${other}`)
    await settled()
    const seen = async () =>
      (await audit(`patient=${id}`)).data.map(({ action, user }) => [user.username, action])
    expect((await seen()).sort()).toEqual([
      ['admin', 'patients.register'],
      ['cashier', 'patients.search'],
      ['doctor', 'patients.read'],
    ])
    await settled()
    expect(await seen()).toContainEqual(['admin', 'audit.read'])
  })

  it('is told to holders of the right alone, and never changes anything', async () => {
    for (const role of ['doctor', 'assistant', 'pharmacist', 'cashier'] as const)
      expect((await as(await api.signIn(role), '/api/audit')).status, role).toBe(403)
  })

  it('what people above did stays hidden from administrators, unless it was done to a patient', async () => {
    await given([
      { role: 'super_admin', action: 'users.update' },
      { role: 'super_admin', action: 'patients.read', patient_id: '7' },
      { role: 'admin', action: 'users.update' },
    ])
    const rest = async (cookie: string) =>
      (await audit('to=2026-02-01', cookie)).data.map(({ user, action }) => `${user.role} ${action}`).sort()
    expect(await rest(admin)).toEqual(['admin users.update', 'super_admin patients.read'])
    expect(await rest(await api.signIn('super_admin'))).toHaveLength(3)
  })
})

describe('the list', () => {
  it('narrows by user, action and clinic days', async () => {
    await given([
      // 23:59 of the first and 00:00 of the second in Kuala Lumpur
      { at: '2026-01-01 15:59:59.999', user_id: '5', action: 'patients.read' },
      { at: '2026-01-01 16:00:00.000', user_id: '5', action: 'patients.search' },
      { at: '2026-01-02 15:59:59.999', user_id: '6', action: 'patients.read' },
      { at: '2026-01-02 16:00:00.000', user_id: '6', action: 'patients.read' },
    ])
    const times = async (query: string) => (await audit(query)).data.map(({ at }) => at.slice(0, 19))
    expect(await times('from=2026-01-02&to=2026-01-02')).toEqual([
      '2026-01-02T15:59:59',
      '2026-01-01T16:00:00',
    ])
    expect(await times('user=5')).toEqual(['2026-01-01T16:00:00', '2026-01-01T15:59:59'])
    expect(await times('user=5&action=patients.read')).toEqual(['2026-01-01T15:59:59'])
    expect(await times('action=patients.read&from=2026-01-03T00:00:00%2B08:00')).toEqual([
      '2026-01-02T16:00:00',
    ])
  })

  it('shows every entry once by cursor and by page, also where moments are equal', async () => {
    await given(Array.from({ length: 45 }, (_, n) => ({ patient_id: '9', user_id: String((n % 3) + 50) })))
    await given(
      Array.from({ length: 45 }, () => ({ action: 'patients.search', detail: '{"shown":["9","10"]}' })),
    )
    await sealOnce(api.deps)
    const byCursor: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page = await audit(`patient=9&limit=7${cursor === '' ? '' : `&cursor=${cursor}`}`)
      byCursor.push(...page.data.map(({ id }) => id))
      cursor = page.meta.next
    }
    expect(byCursor).toHaveLength(90)
    expect(new Set(byCursor).size).toBe(90)
    const second = await audit('patient=9&limit=40&page=2')
    expect(second.data.map(({ id }) => id)).toEqual(byCursor.slice(40, 80))
    expect(second.meta).toMatchObject({ page: 2, limit: 40, total: 90, totalPages: 3 })
  })

  it.each([
    'cursor=x',
    'cursor=1-1',
    'cursor=1767323045006-0',
    'cursor=1767323045006-5&page=2',
    'patient=0',
    'user=abc',
    'action=%27',
    'from=yesterday',
    'from=2026-02-30',
    'limit=101',
    'limit=0',
    'sort=at',
    'page=101&limit=100',
  ])('refuses %s', async (query) => {
    const answer = await as(admin, `/api/audit?${query}`)
    expect(answer.status).toBe(400)
  })
})

describe('whose records a person touched', () => {
  it('counts looks, changes and what lists showed', async () => {
    await given([
      { user_id: '5', patient_id: '7', at: '2026-01-01 00:00:00.000' },
      { user_id: '5', patient_id: '7', at: '2026-01-03 00:00:00.000' },
      {
        user_id: '5',
        action: 'patients.search',
        detail: '{"shown":["7","8"]}',
        at: '2026-01-02 00:00:00.000',
      },
      { user_id: '6', patient_id: '9' },
    ])
    await sealOnce(api.deps)
    const ask = async (query: string) =>
      touchedList.parse((await as(admin, `/api/audit/patients?user=5${query}`)).body)
    expect((await ask('')).data).toEqual([
      { patientId: '7', times: 3, firstAt: '2026-01-01T00:00:00.000Z', lastAt: '2026-01-03T00:00:00.000Z' },
      { patientId: '8', times: 1, firstAt: '2026-01-02T00:00:00.000Z', lastAt: '2026-01-02T00:00:00.000Z' },
    ])
    const first = await ask('&limit=1')
    expect(first.meta.next).toBe('7')
    expect((await ask(`&limit=1&cursor=${first.meta.next}`)).data.map(({ patientId }) => patientId)).toEqual([
      '8',
    ])
    expect((await ask('&to=2026-01-01')).data).toHaveLength(1)
    expect((await as(admin, '/api/audit/patients')).status).toBe(400)
  })
})

describe('the review of a day', () => {
  it('shows what somebody should look at, and nothing of an ordinary day', async () => {
    const by = { user_id: '5', patient_id: '7' }
    await given([
      // 06:59, 07:00, 21:59 and 22:00 of the second in Kuala Lumpur, and midnight of the third
      { ...by, at: '2026-01-01 22:59:59.999' },
      { ...by, at: '2026-01-01 23:00:00.000' },
      { ...by, at: '2026-01-02 13:59:59.999' },
      { ...by, at: '2026-01-02 14:00:00.000', patient_id: '8' },
      { ...by, at: '2026-01-02 16:00:00.000' },
      { user_id: '5', action: 'security.mass-read', at: '2026-01-02 05:00:00.000' },
      { user_id: '6', action: 'access.denied', at: '2026-01-02 05:00:00.000' },
      { user_id: '6', action: 'users.update', at: '2026-01-02 05:00:00.000' },
      { action: 'auth.login-failed', at: '2026-01-02 05:00:00.000' },
      { action: 'auth.login-failed', at: '2026-01-02 06:00:00.000' },
      { action: 'security.block-automatic', at: '2026-01-02 06:00:00.000' },
    ])
    const chief = await api.signIn('super_admin')
    const review = auditReview.parse((await as(chief, '/api/audit/review?day=2026-01-02')).body)
    const times = (list: { times: number }[]) => list.map((each) => each.times)
    expect(review.afterHours).toMatchObject([{ user: { id: '5' }, times: 2, patients: 2 }])
    expect(times(review.massReads)).toEqual([1])
    expect(times(review.denied)).toEqual([1])
    expect(times(review.failedSignIns)).toEqual([2])
    expect(times(review.blocked)).toEqual([1])
    expect(times(review.rightsChanged)).toEqual([1])
    const quiet = auditReview.parse((await as(chief, '/api/audit/review?day=2026-01-05')).body)
    expect(Object.values(quiet).flat()).toEqual(['2026-01-05'])
    expect((await as(admin, '/api/audit/review?day=2026-01-02')).status).toBe(403)
  })
})

describe('a long audit', () => {
  const ENTRIES = 30_000
  const LOOKS_PER_ENTRY = 4

  /** Rows that the server looked at for one statement. */
  async function rowsRead(work: (db: typeof api.deps.db) => Promise<unknown>): Promise<number> {
    return api.deps.db.transaction(async (trx) => {
      const read = async () => {
        const [rows] = (await trx.raw("show session status like 'Handler_read%'")) as [{ Value: string }[]]
        return rows.reduce((sum, { Value }) => sum + Number(Value), 0)
      }
      const before = await read()
      await work(trx as never)
      return (await read()) - before
    })
  }

  it('is read by one index, however many entries there are', async () => {
    await api.deps.database.admin.raw(
      `insert into audit_entries (uid, at, user_id, action, patient_id, outcome)
        select concat('10000000-0000-7000-8000-', lpad(seq, 12, '0')),
          date_add('2026-01-01', interval seq second), 1 + seq % 20,
          elt(1 + seq % 3, 'patients.read', 'patients.list', 'queue.read'), 1 + seq % 500, 'ok'
        from seq_1_to_${ENTRIES}`,
    )
    const questions = [
      {},
      { patient: '77' },
      { user: '7' },
      { action: 'queue.read' },
      { from: '2026-01-01 02:00:00.000', to: '2026-01-01 03:00:00.000' },
      { patient: '77', before: { at: '2026-01-01 04:00:00.000', id: '12000' } },
    ]
    for (const question of questions) {
      const page = (db: typeof api.deps.db) =>
        pageOfEntries(db, { ...question, hidden: [] }, { skip: 0, limit: 20 })
      expect(await page(api.deps.db), JSON.stringify(question)).toHaveLength(20)
      expect(await rowsRead(page), JSON.stringify(question)).toBeLessThan(20 * LOOKS_PER_ENTRY + 100)
    }
  })
})
