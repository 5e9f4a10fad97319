import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApi, type TestApi } from '../http/testing.ts'
import { openApiPath } from './openapi.ts'

let api: TestApi
let cookie: string

beforeAll(async () => {
  api = await startTestApi()
  cookie = await api.signIn('cashier')
})
afterAll(() => api.close())

const get = (path: string) => api.http.get(path).set('Cookie', cookie)

describe('the API reference', () => {
  it('is for those who are signed in', async () => {
    for (const path of ['/api/openapi.json', '/api/docs', '/api/docs/start.js']) {
      expect((await api.http.get(path)).status, path).toBe(401)
    }
  })

  it('lists every route of the API, each with a summary', async () => {
    const { body } = await get('/api/openapi.json')
    expect(body.openapi).toBe('3.1.1')
    expect(api.app.routes.length).toBeGreaterThan(10)
    for (const { method, path } of api.app.routes) {
      expect(body.paths[openApiPath(path)]?.[method.toLowerCase()]?.summary, `${method} ${path}`).toBeTruthy()
    }
  })

  it('is a page whose scripts and styles are our own files', async () => {
    const { text, headers } = await get('/api/docs')
    expect(headers['content-security-policy']).toContain("script-src 'self';")
    expect(text).not.toMatch(/https?:|<script>|<style/)
    const files = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path as string)
    expect(files).toHaveLength(4)
    for (const file of files) {
      const answer = await get(file)
      expect(answer.status, file).toBe(200)
      expect(answer.headers['x-content-type-options']).toBe('nosniff')
    }
    expect((await get('/api/docs/..%2fpackage.json')).status).toBe(400)
  })

  it('is not sent again to whoever has it', async () => {
    for (const path of ['/api/openapi.json', '/api/docs', '/api/docs/start.js', '/api/docs/swagger-ui.css']) {
      const { headers } = await get(path)
      expect(headers, path).toMatchObject({ 'x-cache': 'BYPASS', 'cache-control': 'private, no-cache' })
      const again = await get(path).set('If-None-Match', String(headers.etag))
      expect([again.status, again.text], path).toEqual([304, ''])
    }
  })
})

describe('requests as metrics', () => {
  it('are not on the public port', async () => {
    const { status, text } = await get('/metrics')
    expect(status === 404 || text.startsWith('<!doctype html>')).toBe(true)
  })

  it('appear by their pattern', async () => {
    await get('/api/medications/123456')
    const text = await api.services.ops.metrics.text()
    expect(text).toMatch(
      /clinic_http_request_duration_seconds_count\{service="api",method="GET",route="\/api\/medications\/:id",status="4xx"\} 1/,
    )
    expect(text).not.toContain('123456')
  })
})
