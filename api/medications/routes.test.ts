import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadFormulary } from '../../shared/medications/commands.ts'
import { startTestApi, type TestApi } from '../http/testing.ts'

let api: TestApi
let cookies: Record<'doctor' | 'pharmacist', string>

beforeAll(async () => {
  api = await startTestApi()
  await loadFormulary(api.deps)
  cookies = { doctor: await api.signIn('doctor'), pharmacist: await api.signIn('pharmacist') }
})
afterAll(() => api.close())

const get = (path: string, who: keyof typeof cookies = 'doctor') =>
  api.http.get(path).set('Cookie', cookies[who])

describe('GET /api/medications', () => {
  it('is for those who are signed in', async () => {
    expect((await api.http.get('/api/medications')).status).toBe(401)
  })

  it('walks through all of them by cursor, each once, in the order of their names', async () => {
    const ids: string[] = []
    const names: string[] = []
    let next: string | null = ''
    while (next !== null) {
      const { body } = await get(`/api/medications?limit=100${next && `&cursor=${next}`}`)
      ids.push(...body.data.map(({ id }: { id: string }) => id))
      names.push(...body.data.map(({ genericName }: { genericName: string }) => genericName))
      expect(body.meta).toMatchObject({ limit: 100, total: 440, totalPages: 5 })
      next = body.meta.next
    }
    expect(new Set(ids).size).toBe(440)
    expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b, 'en', { sensitivity: 'base' })))
    const second = await get('/api/medications?limit=100&page=2')
    expect(second.body.data.map(({ id }: { id: string }) => id)).toEqual(ids.slice(100, 200))
  })

  it('finds all words in any order, and takes wildcards as plain letters', async () => {
    const { body } = await get('/api/medications?query=500%20PARACETAMOL%20mg')
    expect(body.meta.total).toBeGreaterThan(0)
    for (const each of body.data) {
      expect(each.genericName).toMatch(/paracetamol/i)
      expect(each.strength).toContain('500')
    }
    expect((await get('/api/medications?query=%25')).body.meta.total).toBeLessThan(440)
    expect((await get('/api/medications?query=para_etamol')).body.meta.total).toBe(0)
  })

  it('shows what the clinic pays only to those who keep the medicines, from the cache too', async () => {
    const path = '/api/medications?query=MED0001'
    for (const cache of ['MISS', 'HIT']) {
      const plain = await get(path)
      expect(plain.headers['x-cache']).toBe(cache)
      expect(plain.body.data[0]).not.toHaveProperty('costPrice')
      const costs = await get(path, 'pharmacist')
      expect(costs.headers['x-cache']).toBe(cache)
      expect(costs.body.data[0]).toMatchObject({ sku: 'MED0001', costPrice: '1.95', sellingPrice: '3.50' })
    }
  })

  it('answers 304 to whoever has it, and anew after a change', async () => {
    const path = '/api/medications?query=MED0440'
    const { headers } = await get(path)
    expect(headers['cache-control']).toBe('private, no-cache')
    expect((await get(path).set('If-None-Match', headers.etag as string)).status).toBe(304)
    await api.deps.db('medications').where({ sku: 'MED0440' }).delete()
    await loadFormulary(api.deps)
    expect((await get(path).set('If-None-Match', headers.etag as string)).status).toBe(200)
  })

  it.each([
    ['an unknown field', 'x=1'],
    ['a limit above 100', 'limit=101'],
    ['a cursor that is none', 'cursor=abc'],
    ['a cursor of another shape', `cursor=${Buffer.from('{}').toString('base64url')}`],
    ['a page too deep', 'page=5000&limit=100'],
  ])('refuses %s', async (_, query) => {
    expect((await get(`/api/medications?${query}`)).status).toBe(400)
  })
})

describe('GET /api/medications/:id', () => {
  it('answers one, 404 for none, 400 for what is no id', async () => {
    const { body } = await get('/api/medications?query=MED0002')
    const [{ id }] = body.data
    expect((await get(`/api/medications/${id}`)).body).toEqual(body.data[0])
    expect((await get(`/api/medications/${id}`)).headers['x-cache']).toBe('HIT')
    expect((await get('/api/medications/999999')).status).toBe(404)
    expect((await get('/api/medications/0')).status).toBe(400)
  })
})
