import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Template, template, templateList } from '../../shared/consultations/templates/schema.ts'
import type { Verb } from '../queue/testing.ts'
import { type ConsultationApi, startConsultationApi } from './testing.ts'

let api: ConsultationApi
beforeAll(async () => {
  api = await startConsultationApi()
})
afterAll(() => api.close())

const send = (verb: Verb, path: string, body: object, cookie?: string) =>
  api.as1(verb, `/api/note-templates${path}`, cookie).send(body)
const make = async (body: object, cookie?: string): Promise<Template> => {
  const answer = await send('post', '', body, cookie)
  expect(answer.status, answer.text).toBe(201)
  return template.strict().parse(answer.body)
}
const names = async (cookie?: string): Promise<[string, boolean][]> => {
  const { body } = await api.as1('get', '/api/note-templates', cookie)
  return templateList.parse(body).data.map(({ name, mayChange }) => [name, mayChange])
}

describe('prepared notes', () => {
  it('are one’s own or everybody’s, and changed by whoever made them', async () => {
    const own = await make({ name: 'Cold', subjective: 'Runny nose\n', plan: 'Rest' })
    const all = await make({ name: 'Wound', shared: true, objective: 'Clean' })
    const admins = await make({ name: 'Vaccination', shared: true }, api.as.admin)
    expect(own).toMatchObject({ shared: false, subjective: 'Runny nose\n', assessment: '', version: 1 })
    expect(await names()).toEqual([
      ['Cold', true],
      ['Vaccination', false],
      ['Wound', true],
    ])
    expect(await names(api.tan.cookie)).toEqual([
      ['Vaccination', false],
      ['Wound', false],
    ])
    expect(await names(api.as.admin)).toEqual([
      ['Vaccination', true],
      ['Wound', true],
    ])
    const change = (of: Template, cookie?: string) =>
      send('patch', `/${of.id}`, { version: of.version, plan: 'New' }, cookie)
    expect((await change(own, api.tan.cookie)).status).toBe(404)
    expect((await change(own, api.as.admin)).status).toBe(404)
    expect((await change(all, api.tan.cookie)).status).toBe(403)
    expect((await change(admins)).status).toBe(403)
    const changed = await change(all)
    expect(changed.body).toEqual({ ...all, plan: 'New', version: 2 })
    const stale = await change(all, api.as.admin)
    expect([stale.status, stale.body.code, stale.body.current.version]).toEqual([409, 'state/version', 2])
    expect((await change(changed.body, api.as.admin)).status).toBe(200)
  })

  it('have a name once with their owner', async () => {
    await make({ name: 'Fever' })
    await make({ name: 'Fever' }, api.tan.cookie)
    await make({ name: 'Fever', shared: true })
    const twice = await send('post', '', { name: 'fever', shared: true }, api.as.admin)
    expect([twice.status, twice.body.code, twice.body.errors[0].path]).toEqual([
      409,
      'state/duplicate',
      'name',
    ])
    const other = await make({ name: 'Cough' })
    const renamed = await send('patch', `/${other.id}`, { version: 1, name: 'Fever' })
    expect(renamed.body.code).toBe('state/duplicate')
  })

  it('go for good, and only by those who may change them', async () => {
    const own = await make({ name: 'Gone' })
    const remove = (cookie?: string) => api.as1('delete', `/api/note-templates/${own.id}`, cookie)
    expect((await remove(api.tan.cookie)).status).toBe(404)
    expect((await remove()).status).toBe(204)
    expect((await remove()).status).toBe(404)
    expect((await send('patch', '/abc', { version: 1 })).status).toBe(404)
  })

  it('are no business of others, and an administrator has none of his own', async () => {
    for (const cookie of [api.as.assistant, api.as.cashier, api.others.pharmacist]) {
      expect((await api.as1('get', '/api/note-templates', cookie)).status).toBe(403)
      expect((await send('post', '', { name: 'x' }, cookie)).status).toBe(403)
    }
    expect((await send('post', '', { name: 'x' }, api.as.admin)).status).toBe(403)
  })
})
