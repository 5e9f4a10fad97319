import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { patient } from '../../shared/patients/schema.ts'
import { startTestApi, type TestApi } from '../http/testing.ts'

let api: TestApi
let admin: string
let assistant: string

beforeAll(async () => {
  api = await startTestApi()
  admin = await api.signIn('admin')
  assistant = await api.signIn('assistant')
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

describe('changing', () => {
  it('changes what is given, by version or ETag, and is seen by the next read', async () => {
    const { id } = await register()
    const changed = await call('patch', `/api/patients/${id}`).send({
      name: 'Zulaikha binti Omar',
      version: 1,
    })
    expect(changed.body).toMatchObject({ name: 'Zulaikha binti Omar', version: 2, allergies: 'Penicillin' })
    const seen = await call('get', `/api/patients/${id}`)
    expect(seen.body).toEqual(changed.body)
    const byTag = await call('patch', `/api/patients/${id}`)
      .set('If-Match', String(seen.headers.etag))
      .send({ phone: null })
    expect(byTag.body).toMatchObject({ phone: null, version: 3 })
    const byHeader = await call('patch', `/api/patients/${id}`)
      .set('If-Match', '"3"')
      .send({ email: 'a@b.my' })
    expect(byHeader.body.version).toBe(4)
    const search = async (query: string) =>
      (await call('post', '/api/patients/search').send({ query })).body.data.map(
        (each: { id: string }) => each.id,
      )
    expect(await search('zulaikha')).toContain(id)
    expect(await search(`canary${serial}`)).toEqual([])
  })

  it('refuses an old version with the present record and who made it so, and a change without one', async () => {
    const { id } = await register()
    await call('patch', `/api/patients/${id}`).send({ address: 'One', version: 1 })
    for (const send of [
      call('patch', `/api/patients/${id}`).send({ address: 'Two', version: 1 }),
      call('patch', `/api/patients/${id}`)
        .set('If-Match', `"${'x'.repeat(22)}"`)
        .send({ address: 'Two' }),
    ]) {
      const answer = await send
      expect(answer.status).toBe(409)
      expect(answer.body).toMatchObject({
        code: 'state/version',
        current: { address: 'One', version: 2 },
        changedBy: { name: 'assistant' },
      })
    }
    expect((await call('patch', `/api/patients/${id}`).send({ address: 'Two' })).status).toBe(400)
  })

  it('lets exactly one of 50 simultaneous edits of a version win', async () => {
    const { id } = await register()
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        call('patch', `/api/patients/${id}`).send({ address: `No ${i}`, version: 1 }),
      ),
    )
    const won = answers.filter(({ status }) => status === 200)
    expect(won).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(49)
    expect((await call('get', `/api/patients/${id}`)).body).toEqual(won[0]?.body)
  })

  it('loses no edit of writers that repeat theirs, and no reader goes back', async () => {
    const { id } = await register({ remarks: '' })
    let stop = false
    const reader = (async () => {
      let last = 0
      while (!stop) {
        const { version } = (await call('get', `/api/patients/${id}`)).body
        expect(version).toBeGreaterThanOrEqual(last)
        last = version
      }
    })()
    await Promise.all(
      Array.from({ length: 4 }, async (_, writer) => {
        for (let done = 0; done < 4; ) {
          const seen = (await call('get', `/api/patients/${id}`)).body
          const remarks = `${seen.remarks ?? ''} ${writer}.${done}`.trim()
          const answer = await call('patch', `/api/patients/${id}`).send({ remarks, version: seen.version })
          if (answer.status !== 200) continue
          done++
          const now = (await call('get', `/api/patients/${id}`)).body
          expect(now.version).toBeGreaterThanOrEqual(answer.body.version)
        }
      }),
    )
    stop = true
    await reader
    const { remarks, version } = (await call('get', `/api/patients/${id}`)).body
    expect(new Set(remarks.split(' ')).size).toBe(16)
    expect(version).toBe(17)
  }, 60_000)

  it('does not raise the version when nothing differs', async () => {
    const made = await register()
    const answer = await call('patch', `/api/patients/${made.id}`).send({ phone: '0123456789', version: 1 })
    expect(answer.body).toEqual(made)
  })
})

describe('deleting', () => {
  it('hides the record from every read and search', async () => {
    const made = await register({ name: 'Vanishing Person' })
    await call('get', `/api/patients/${made.id}`)
    expect((await call('delete', `/api/patients/${made.id}`, assistant)).status).toBe(403)
    expect((await call('delete', `/api/patients/${made.id}`, admin).set('If-Match', '"9"')).status).toBe(409)
    expect((await call('delete', `/api/patients/${made.id}`, admin)).status).toBe(204)
    expect((await call('get', `/api/patients/${made.id}`)).status).toBe(404)
    expect((await call('patch', `/api/patients/${made.id}`).send({ name: 'Back', version: 2 })).status).toBe(
      404,
    )
    for (const query of ['vanishing', String(made.idNumber), made.clinicNumber])
      expect((await call('get', `/api/patients/search?query=${query}`)).body.data).toEqual([])
    expect((await call('delete', `/api/patients/${made.id}`, admin)).status).toBe(404)
  })
})
