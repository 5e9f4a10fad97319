import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { DATA_CSP, PAGE_CSP, securityHeaders } from '../api/http/headers.ts'
import { ERRORS } from '../shared/errors/table.ts'
import { ROOT, read } from './testing.ts'

const headers = read('docker/nginx/headers.conf')
const config = read('docker/nginx/nginx.conf')
const all = readdirSync(`${ROOT}docker/nginx`)
  .filter((name) => name.endsWith('.conf'))
  .map((name) => read(`docker/nginx/${name}`))
  .join('\n')

it('adds the same security headers as the API sends', () => {
  for (const [name, value] of [...securityHeaders(true, DATA_CSP), ...securityHeaders(true, PAGE_CSP)])
    expect([name, headers.includes(value)]).toEqual([name, true])
  const always = read('docker/nginx/headers-always.conf')
  for (const [name] of securityHeaders(true, DATA_CSP))
    expect(always).toMatch(new RegExp(`add_header ${name} \\$\\w+ always;`))
})

it('includes them wherever a location adds a header of its own, because that drops the inherited ones', () => {
  const blocks = `${config}\n${read('docker/nginx/problems.conf')}`.split(/^\s*location /m).slice(1)
  const own = blocks.filter((block) => /add_header/.test(block))
  expect(own.length).toBeGreaterThan(10)
  for (const block of own) expect(block).toMatch(/include headers-always\.conf;/)
})

it('answers its own errors in the form and the words of the API', () => {
  const bodies = [...read('docker/nginx/problems.conf').matchAll(/return (\d+) '(\{.*\})';/g)]
  expect(bodies.length).toBeGreaterThan(8)
  for (const [, status, text] of bodies) {
    const body = JSON.parse(text as string) as { status: number; code: keyof typeof ERRORS; title: string }
    expect(body.status).toBe(Number(status))
    expect(ERRORS[body.code]?.title).toBe(body.title)
  }
})

it('has the promised numbers', () => {
  expect(all).toMatch(/worker_processes auto;/)
  expect(all).toMatch(/worker_connections 4096;/)
  expect(all).toMatch(/ssl_protocols TLSv1\.2 TLSv1\.3;/)
  expect(all).toMatch(/max-age=31536000, immutable/)
  expect(all.match(/zone=\w+:10m/g)?.length).toBeGreaterThanOrEqual(5)
  expect(all).toMatch(/proxy_request_buffering off;/)
  expect(all).toMatch(/proxy_buffering off;/)
})

it('tells the API the address it saw itself, whatever a client wrote', () => {
  const proxy = read('docker/nginx/proxy.conf')
  expect(proxy).toMatch(/X-Forwarded-For \$remote_addr;/)
  for (const name of ['X-Real-IP', 'Forwarded', 'X-Forwarded-Port'])
    expect(proxy).toContain(`proxy_set_header ${name} "";`)
  expect(config.match(/proxy_pass http:\/\/api;/g)).toHaveLength(
    config.match(/include proxy\.conf;/g)?.length ?? 0,
  )
})

it('logs addresses without their query', () => {
  const log = read('docker/nginx/log.conf')
  expect(/log_format[\s\S]*?;/.exec(log)?.[0]).not.toMatch(
    /\$request\b|\$request_uri|\$args|\$query_string|\$http_referer|\$uri/,
  )
  expect(config).toMatch(/error_log stderr crit;/)
})
