import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Koa from 'koa'
import request from 'supertest'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { pageFallback } from './web-files.ts'

let root: string

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'page-'))
  const meta = '<meta name="clinic-zone" content="Asia/Kuala_Lumpur" />'
  await writeFile(join(root, 'index.html'), `<html><head>${meta}</head></html>`)
})
afterAll(() => rm(root, { recursive: true }))

it('tells the page the zone of the clinic, at every address of it', async () => {
  const app = new Koa().use(pageFallback(root, 'Pacific/Auckland')).callback()
  for (const address of ['/', '/patients/7']) {
    const answer = await request(app).get(address)
    expect(answer.status).toBe(200)
    expect(answer.text).toContain('<meta name="clinic-zone" content="Pacific/Auckland" />')
  }
  expect((await request(app).get('/app.js')).status).toBe(404)
})
