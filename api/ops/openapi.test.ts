import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Route, route } from '../http/route.ts'
import { openApiDocument, openApiPath } from './openapi.ts'

const thing = z.object({ id: z.string() }).meta({ id: 'Thing' })
const base = { tag: 'things', limit: 'general', handle: async () => ({ body: null }) } as const

const ROUTES: Route[] = [
  route({
    ...base,
    method: 'GET',
    path: '/api/things/:id',
    summary: 'One',
    access: { anyOf: ['patients.view', 'patients.write'] },
    params: z.strictObject({ id: z.string() }),
    query: z.strictObject({ full: z.stringbool().optional() }),
    response: thing,
  }),
  route({
    ...base,
    method: 'POST',
    path: '/api/things',
    summary: 'New',
    access: 'open',
    body: z.strictObject({ name: z.string().trim().min(1), n: z.coerce.number().default(1) }),
    response: thing,
  }),
  route({ ...base, method: 'POST', path: '/api/files', summary: 'File', access: 'session', mode: 'upload' }),
]

describe('the OpenAPI document', () => {
  const document = JSON.parse(JSON.stringify(openApiDocument(ROUTES)))

  it('is 3.1 and names every route with its input and answers', () => {
    expect(document.openapi).toMatch(/^3\.1\./)
    for (const { method, path } of ROUTES) {
      expect(document.paths[openApiPath(path)]?.[method.toLowerCase()]).toBeDefined()
    }
    const one = document.paths['/api/things/{id}'].get
    expect(one.parameters.map((p: { name: string; in: string }) => [p.in, p.name])).toEqual([
      ['path', 'id'],
      ['query', 'full'],
    ])
    expect(one.description).toContain('`patients.view` or `patients.write`')
    expect(one.responses['200'].content['application/json'].schema).toEqual({
      $ref: '#/components/schemas/Thing',
    })
    const made = document.paths['/api/things'].post
    expect(made.security).toEqual([])
    expect(made.requestBody.content['application/json'].schema.required).toEqual(['name'])
    expect(Object.keys(made.responses)).toContain('2XX')
    expect(document.paths['/api/files'].post.requestBody.content).toHaveProperty('multipart/form-data')
  })

  it('has no operation id twice and no reference that leads nowhere', () => {
    const ids = Object.values<Record<string, { operationId: string }>>(document.paths).flatMap((path) =>
      Object.values(path).map(({ operationId }) => operationId),
    )
    expect(new Set(ids).size).toBe(ids.length)
    const text = JSON.stringify(document)
    for (const [, pointer] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const found = (pointer as string).split('/').reduce((at, key) => at?.[key], document)
      expect(found, pointer).toBeDefined()
    }
  })
})
