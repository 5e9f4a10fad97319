import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadCommonCodes } from '../../shared/icd10/commands.ts'
import { icd10Found } from '../../shared/icd10/schema.ts'
import { startTestApi, type TestApi } from '../http/testing.ts'

let api: TestApi
let cookies: Record<'doctor' | 'cashier', string>

beforeAll(async () => {
  api = await startTestApi()
  cookies = { doctor: await api.signIn('doctor'), cashier: await api.signIn('cashier') }
})
afterAll(() => api.close())

const ask = (query: string, who: keyof typeof cookies = 'doctor') =>
  api.http.get('/api/icd10').query({ query }).set('Cookie', cookies[who])
const codes = async (query: string): Promise<string[]> => {
  const answer = await ask(query)
  expect(answer.status, answer.text).toBe(200)
  return icd10Found
    .strict()
    .parse(answer.body)
    .data.map(({ code }) => code)
}

describe('the list of codes', () => {
  it('is loaded once, keeps what the clinic changed since, and makes old answers old', async () => {
    expect(await codes('asthma')).toEqual([])
    expect(await loadCommonCodes(api.deps)).toEqual({ inserted: 168, total: 168 })
    expect(await codes('asthma')).not.toEqual([])
    await api.deps.db('icd10_codes').where({ code: 'A09' }).update({ title: 'Diarrhoea' })
    await api.deps.db('icd10_codes').where({ code: 'A08.4' }).delete()
    expect(await loadCommonCodes(api.deps)).toEqual({ inserted: 1, total: 168 })
    expect(await api.deps.db('icd10_codes').where({ code: 'A09' }).first('title')).toEqual({
      title: 'Diarrhoea',
    })
  })

  it('is found by code with and without the dot, in either case', async () => {
    expect(await codes('J06.9')).toEqual(['J06.9'])
    expect(await codes('j069')).toEqual(['J06.9'])
    const under = await codes('J0')
    expect(under.length).toBeGreaterThan(1)
    expect(under.every((code) => code.startsWith('J0'))).toBe(true)
    expect(under).toEqual([...under].sort())
  })

  it('is found by words in any order, at most twenty, wildcards being plain letters', async () => {
    expect(await codes('infection respiratory upper')).toContain('J06.9')
    expect((await codes('unspecified')).length).toBe(20)
    for (const text of ['%', '_____', '||', "' or 1=1 --", '   ', '李']) expect(await codes(text)).toEqual([])
  })

  it('leaves out what is no longer used', async () => {
    await api.deps.db('icd10_codes').where({ code: 'J06.9' }).update({ active: false })
    await api.deps.db('icd10_codes').where({ code: 'A09' }).delete()
    await loadCommonCodes(api.deps)
    expect(await codes('J06.9')).toEqual([])
  })

  it('comes from the cache the second time, and as 304 to whoever has it', async () => {
    const first = await ask('fever')
    expect([first.headers['x-cache'], first.headers['cache-control']]).toEqual(['MISS', 'private, no-cache'])
    const again = await ask('  FEVER ').set('If-None-Match', first.headers.etag as string)
    expect([again.status, again.headers['x-cache']]).toEqual([304, 'HIT'])
  })

  it('is for those who write or list diagnoses, and asks one thing', async () => {
    expect((await api.http.get('/api/icd10?query=x')).status).toBe(401)
    expect((await ask('x', 'cashier')).status).toBe(403)
    for (const query of ['', '?query=x&limit=3', `?query=${'x'.repeat(81)}`])
      expect((await api.http.get(`/api/icd10${query}`).set('Cookie', cookies.doctor)).status).toBe(400)
  })
})
