import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drainOnce } from '../../shared/audit/drain.ts'
import { duplicatesFound } from '../../shared/patients/schema.ts'
import { patientWordRows } from '../../shared/patients/words.ts'
import { type QueueApi, startQueueApi } from '../queue/testing.ts'

let api: QueueApi
beforeAll(async () => {
  api = await startQueueApi()
})
afterAll(() => api.close())

const register = async (
  patient: Record<string, unknown>,
): Promise<{ id: string; idNumber: string | null }> => {
  const answer = await api.call('post', '/api/patients').send(patient)
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}
const ask = async (question: Record<string, string>) => {
  const answer = await api.call('post', '/api/patients/duplicates').send(question)
  expect(answer.status, answer.text).toBe(200)
  return duplicatesFound
    .parse(answer.body)
    .data.map(({ id, certainty, reasons }) => [id, certainty, reasons.join()])
}

describe('who may be at the desk already', () => {
  it('is named with a certainty and its reasons, the surest first', async () => {
    const one = await register({
      name: 'Rohani Kamaruddin binti Test',
      phone: '019-888 7777',
      dateOfBirth: '1977-07-08',
      idType: 'PASSPORT',
      idNumber: 'DU1234567',
    })
    const { id } = one
    expect(await ask({ idNumber: 'du1234567' })).toEqual([[id, 'exact', 'idNumber']])
    const name = 'kamaruddin ROHANI'
    expect(await ask({ phone: '0198887777', name: `${name} test`, dateOfBirth: '08/07/1977' })).toEqual([
      [id, 'exact', 'phone,name,dateOfBirth'],
    ])
    expect(await ask({ name: `${name} Test`, dateOfBirth: '1977-07-08' })).toEqual([
      [id, 'probable', 'name,dateOfBirth'],
    ])
    expect(await ask({ name: 'Rohani Kamarudin Test', dateOfBirth: '1977-07-08' })).toEqual([
      [id, 'possible', 'similarName,dateOfBirth'],
    ])
    expect(await ask({ name: 'Rohani Kamaruddin Test', dateOfBirth: '1977-08-07' })).toEqual([
      [id, 'possible', 'name,swappedDateOfBirth'],
    ])
    expect(await ask({ phone: '0198887777' })).toEqual([[id, 'possible', 'phone']])
    expect(await ask({ name: 'Rohani Kamaruddin Test', dateOfBirth: '1977-07-09' })).toEqual([])
    expect(await ask({ name: 'Rohani Kamaruddin Test' })).toEqual([])
    expect(await ask({ name: '???', dateOfBirth: 'yesterday', phone: 'x', idNumber: '-' })).toEqual([])
    expect(await ask({})).toEqual([])

    const child = await register({ name: 'Child Test', phone: '019-888 7777' })
    expect(await ask({ phone: '+60198887777', name, dateOfBirth: '1977-07-08' })).toEqual([
      [id, 'probable', 'phone,similarName,dateOfBirth'],
      [child.id, 'possible', 'phone'],
    ])
  })

  it('is found by the birthday that the identity card says', async () => {
    const { id } = await register({ name: 'Devi Thangaraju', dateOfBirth: '1988-03-02' })
    expect(await ask({ idNumber: '880302-14-5566', name: 'Thangaraju Devi' })).toEqual([
      [id, 'probable', 'name,dateOfBirth'],
    ])
  })

  it('costs a few looks into indexes, however many there are', async () => {
    const rows = Array.from({ length: 4000 }, (_, n) => ({
      id: 5_000_000 + n,
      name: `Filler Person${n} Number`,
      date_of_birth: `19${50 + (n % 40)}-0${1 + (n % 9)}-1${n % 7}`,
    }))
    const { db, database } = api.deps
    await db('patients').insert(rows)
    await db('patient_words').insert(rows.flatMap(({ id, name }) => patientWordRows(String(id), name)))
    await database.admin.raw('analyze table patients, patient_words')
    const statements: { sql: string; bindings: unknown[] }[] = []
    const note = ({ sql, bindings }: { sql: string; bindings: unknown[] }) => {
      if (/patients\./.test(sql)) statements.push({ sql, bindings })
    }
    db.on('query', note)
    const found = await ask({
      idNumber: 'NOBODY123',
      phone: '0123456789',
      name: 'Filler Person9 Number',
      dateOfBirth: '1959-01-12',
    })
    db.off('query', note)
    expect(found.length).toBeGreaterThan(0)
    expect(statements.length).toBeLessThanOrEqual(4)
    for (const { sql, bindings } of statements) {
      const [plan] = (await db.raw(`explain ${sql}`, bindings as string[])) as [
        { type: string; rows: string }[],
      ]
      for (const step of plan) {
        expect(['range', 'ref', 'const', 'eq_ref', null], sql).toContain(step.type)
        expect(Number(step.rows ?? 0), sql).toBeLessThan(200)
      }
    }
  })

  it('is not anybody deleted, never comes from a cache and is on record', async () => {
    const { id } = await register({ name: 'Gone Tomorrow', dateOfBirth: '1966-06-05' })
    const question = { name: 'Gone Tomorrow', dateOfBirth: '1966-06-05' }
    expect(await ask(question)).toHaveLength(1)
    await api.call('delete', `/api/patients/${id}`, api.as.admin)
    expect(await ask(question)).toEqual([])
    const answer = await api.call('post', '/api/patients/duplicates').send(question)
    expect(answer.headers['x-cache']).not.toBe('HIT')
    expect((await api.call('post', '/api/patients/duplicates').send({ query: 'x' })).status).toBe(400)
    // only files that are closed are drained
    await api.services.spool.close()
    await drainOnce(api.deps)
    const looks = await api.deps.db('audit_entries').where({ action: 'patients.duplicates' }).pluck('detail')
    expect(
      looks.filter((detail) => JSON.stringify(detail).replaceAll('\\', '').includes(`"${id}"`)),
    ).toHaveLength(1)
  })
})
