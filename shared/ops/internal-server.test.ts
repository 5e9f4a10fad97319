import { afterEach, describe, expect, it } from 'vitest'
import { type InternalServer, startInternalServer } from './internal-server.ts'

let server: InternalServer | undefined
afterEach(() => server?.close())

async function start(ready: boolean) {
  server = await startInternalServer({
    port: 0,
    host: '127.0.0.1',
    checks: { ready: async () => ready },
    metrics: { text: async () => 'up 1\n', contentType: 'text/plain; version=0.0.4' },
  })
  return (path: string, method = 'GET') => fetch(`http://127.0.0.1:${server?.port}${path}`, { method })
}

describe('the internal server', () => {
  it('lives without being ready while the database is away', async () => {
    const get = await start(false)
    expect((await get('/livez')).status).toBe(200)
    expect((await get('/readyz')).status).toBe(503)
  })

  it('is ready when its servers answer', async () => {
    const get = await start(true)
    expect((await get('/readyz')).status).toBe(200)
    const metrics = await get('/metrics?x=1')
    expect(metrics.headers.get('content-type')).toBe('text/plain; version=0.0.4')
    expect(await metrics.text()).toBe('up 1\n')
  })

  it('knows nothing else', async () => {
    const get = await start(true)
    expect((await get('/toString')).status).toBe(404)
    expect((await get('/metrics', 'POST')).status).toBe(405)
  })
})
