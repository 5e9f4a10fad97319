import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drainOnce } from '../../shared/audit/drain.ts'
import { patient, patientHistory, patientList, patientsFound } from '../../shared/patients/schema.ts'
import { startTestApi, type TestApi } from '../http/testing.ts'

let api: TestApi
let assistant: string
let cashier: string

beforeAll(async () => {
  api = await startTestApi()
  assistant = await api.signIn('assistant')
  cashier = await api.signIn('cashier')
})
afterAll(() => api.close())

type Verb = 'get' | 'post' | 'patch' | 'delete'
const call = (verb: Verb, path: string, cookie = assistant) =>
  request(api.url)[verb](path).set('Cookie', cookie).set('X-Requested-With', 'clinic')

let serial = 0
const person = (more: Record<string, unknown> = {}) => {
  serial++
  return {
    name: `Siti Canary${serial} binti Abdullah`,
    idType: 'PASSPORT',
    idNumber: `K${7000000 + serial}`,
    phone: '012-345 6789',
    gender: 'F',
    dateOfBirth: '1990-02-03',
    allergies: 'Penicillin',
    ...more,
  }
}
const register = async (more: Record<string, unknown> = {}) => {
  const answer = await call('post', '/api/patients').send(person(more))
  expect(answer.status).toBe(201)
  return patient.strict().parse(answer.body)
}
const audit = async (where: Record<string, unknown>) => {
  // only files that are closed are drained
  await api.services.spool.close()
  await drainOnce(api.deps)
  return api.deps.db('audit_entries').where(where).orderBy('id')
}

describe('registering', () => {
  it('answers the stored record and makes it findable at once', async () => {
    const made = await register({ name: '  Siti   NURHALIZA ' })
    expect(made).toMatchObject({ name: 'Siti NURHALIZA', phone: '+60123456789', version: 1 })
    expect(made.clinicNumber).toBe(`P-${made.id.padStart(6, '0')}`)
    const found = await call('post', '/api/patients/search').send({ query: 'nurhal si' })
    expect(patientsFound.parse(found.body).data.map(({ id }) => id)).toEqual([made.id])
    const one = await call('get', `/api/patients/${made.id}`)
    expect(one.body).toEqual(made)
  })

  it('needs the name only, and puts what is typed to the rules without repeating it', async () => {
    expect((await call('post', '/api/patients').send({ name: 'Kumar' })).status).toBe(201)
    const wrong = {
      name: ' ',
      phone: '12-CANARY',
      idType: 'NRIC',
      idNumber: '880230-00-CANARY',
      dateOfBirth: '2030-01-01',
    }
    const answer = await call('post', '/api/patients').send(wrong)
    expect(answer.status).toBe(422)
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(answer.text).not.toContain('CANARY')
    const paths = answer.body.errors.map((each: { path: string }) => each.path)
    expect(new Set(paths)).toEqual(new Set(['name', 'phone', 'idNumber', 'dateOfBirth']))
    const alone = await call('post', '/api/patients').send({ name: 'Kumar', idNumber: '880101145566' })
    expect(alone.body.errors).toMatchObject([{ path: 'idType' }])
  })

  it.each(['id', 'version', 'role', 'createdAt', 'importNo', 'constructor', 'deletedAt'])(
    'refuses the field %s',
    async (field) => {
      const answer = await call('post', '/api/patients').send({ ...person(), [field]: '1' })
      expect(answer.status).toBe(400)
    },
  )

  it('refuses objects and arrays where texts are expected', async () => {
    for (const value of [{ a: 1 }, ['x'], 5, true])
      expect((await call('post', '/api/patients').send({ ...person(), phone: value })).status).toBe(400)
  })

  it('names who has the identity number', async () => {
    const made = await register()
    const answer = await call('post', '/api/patients').send(person({ idNumber: made.idNumber }))
    expect(answer.status).toBe(409)
    expect(answer.body).toMatchObject({
      code: 'state/duplicate',
      field: 'idNumber',
      existing: { id: made.id },
    })
  })

  it('makes one patient of a request that came twice', async () => {
    const body = person()
    const send = () => call('post', '/api/patients').set('Idempotency-Key', 'desk-1').send(body)
    const answers = await Promise.all([send(), send(), send()])
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201])
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1)
    const other = await call('post', '/api/patients').set('Idempotency-Key', 'desk-1').send(person())
    expect(other.status).toBe(422)
  })
})

describe('reading', () => {
  it('answers from the cache with the same ETag, and 304', async () => {
    const { id } = await register()
    const path = `/api/patients/${id}`
    const first = await call('get', path)
    expect(first.headers).toMatchObject({ 'x-cache': 'MISS', 'cache-control': 'private, no-store' })
    const second = await call('get', path)
    expect(second.headers).toMatchObject({ 'x-cache': 'HIT', etag: first.headers.etag })
    const same = await call('get', path).set('If-None-Match', String(first.headers.etag))
    expect([same.status, same.text]).toEqual([304, ''])
  })

  it('costs no statement and two round trips to Redis when it is cached', async () => {
    const { id } = await register()
    const { db, redis, cacheRedis } = api.deps
    const read = () => call('get', `/api/patients/${id}`)
    const counted = async () => {
      const statements: string[] = []
      let trips = 0
      const note = (query: { sql: string }) => {
        // what every process does beside its requests is not theirs
        if (query.sql.includes('patients.') || query.sql.includes('users')) statements.push(query.sql)
      }
      db.on('query', note)
      const originals = [redis, cacheRedis].map((each) => [each, each.sendCommand] as const)
      for (const [each, send] of originals)
        each.sendCommand = (command, ...rest) => {
          trips++
          return send.call(each, command, ...rest)
        }
      const answer = await read()
      for (const [each, send] of originals) each.sendCommand = send
      db.off('query', note)
      return { cache: answer.headers['x-cache'], statements: statements.length, trips }
    }
    expect(await counted()).toMatchObject({ cache: 'MISS', statements: 1 })
    // a process also speaks to Redis beside its requests: the read with the least is one by itself
    const hits = []
    for (let n = 0; n < 5; n++) hits.push(await counted())
    hits.sort((a, b) => a.trips - b.trips)
    expect(hits[0]).toEqual({ cache: 'HIT', statements: 0, trips: 2 })
  })

  it('keeps allergies and remarks from the cashier, cached or not', async () => {
    const { id } = await register({ remarks: 'prefers mornings' })
    for (let i = 0; i < 2; i++) {
      const seen = await call('get', `/api/patients/${id}`, cashier)
      expect(seen.body).not.toHaveProperty('allergies')
      expect(seen.body).not.toHaveProperty('remarks')
      expect((await call('get', `/api/patients/${id}`)).body).toMatchObject({ allergies: 'Penicillin' })
    }
  })

  it.each(['0', '-1', 'abc', '1e3', '99999999999999999999', '9223372036854775807', '%00', "1' or '1'='1"])(
    'answers 404 for the id %s',
    async (id) => {
      expect((await call('get', `/api/patients/${encodeURIComponent(id)}`)).status).toBe(404)
    },
  )

  it('pages by number and by cursor over the same order', async () => {
    for (let i = 0; i < 5; i++) await register()
    const ids = (answer: { body: unknown }) => patientList.parse(answer.body).data.map(({ id }) => Number(id))
    const first = await call('get', '/api/patients?limit=2')
    const { meta } = patientList.parse(first.body)
    expect(meta).toMatchObject({ page: 1, limit: 2, totalPages: Math.ceil(meta.total / 2) })
    const byCursor = await call('get', `/api/patients?limit=2&cursor=${meta.next}`)
    const byNumber = await call('get', '/api/patients?limit=2&page=2')
    expect(ids(byCursor)).toEqual(ids(byNumber))
    const all = [...ids(first), ...ids(byCursor)]
    expect(all).toEqual([...all].sort((a, b) => b - a))
  })

  it.each([
    'limit=0',
    'limit=101',
    'limit=x',
    'page=0',
    'cursor=abc',
    'cursor=1&page=2',
    'page=501&limit=20',
    'sort=name',
  ])('refuses the list with %s', async (query) => {
    expect((await call('get', `/api/patients?${query}`)).status).toBe(400)
  })

  it('tells what happened to a record, without values', async () => {
    const made = await register()
    await call('patch', `/api/patients/${made.id}`).send({ address: 'CANARY street', version: 1 })
    const history = await call('get', `/api/patients/${made.id}/changes`)
    expect(history.text).not.toContain('CANARY')
    expect(patientHistory.parse(history.body).data).toMatchObject([
      { action: 'patients.update', by: 'assistant', fields: ['address'] },
      { action: 'patients.register', by: 'assistant' },
    ])
  })
})

describe('rights and the record of access', () => {
  it('lets nobody in without a session, and nobody write who may only look', async () => {
    expect((await api.http.get('/api/patients/1')).status).toBe(401)
    expect((await call('post', '/api/patients', cashier).send(person())).status).toBe(403)
    expect((await call('patch', '/api/patients/1', cashier).send({ name: 'x', version: 1 })).status).toBe(403)
  })

  it('records every read, from the cache too, every search and every write', async () => {
    const made = await register()
    for (let i = 0; i < 3; i++) await call('get', `/api/patients/${made.id}`, cashier)
    await call('post', '/api/patients/search', cashier).send({ query: String(made.idNumber) })
    await call('patch', `/api/patients/${made.id}`).send({ address: 'CANARY lane', version: 1 })
    await call('get', '/api/patients/9999999', cashier)
    const rows = await audit({ patient_id: made.id })
    expect(rows.map((row) => row.action)).toEqual(
      expect.arrayContaining([
        'patients.register',
        'patients.read',
        'patients.read',
        'patients.read',
        'patients.update',
      ]),
    )
    expect(rows.filter((row) => row.action === 'patients.read' && row.username === 'cashier')).toHaveLength(3)
    const searches = await audit({ action: 'patients.search', username: 'cashier' })
    expect(JSON.stringify(searches.at(-1).detail)).toContain(made.id)
    expect(JSON.stringify([...rows, ...searches])).not.toMatch(/CANARY|K70/)
    expect(await audit({ patient_id: '9999999', outcome: 'failed' })).toHaveLength(1)
  })
})
