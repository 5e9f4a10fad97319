import { crc32, deflateSync } from 'node:zlib'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clinicHead } from '../../shared/documents/head.ts'
import { drawDocument } from '../../shared/documents/sheet.ts'
import { clinicOnPaper } from '../../shared/settings/reads.ts'
import { logo } from '../../shared/settings/schema.ts'
import { startTestApi, type TestApi } from '../http/testing.ts'

let api: TestApi
let admin: string

beforeAll(async () => {
  api = await startTestApi()
  admin = await api.signIn('admin')
})
afterAll(() => api.close())

const call = (verb: 'get' | 'put', cookie = admin) =>
  request(api.url)[verb]('/api/settings/logo').set('Cookie', cookie).set('X-Requested-With', 'clinic')
const present = async () => logo.strict().parse((await call('get')).body)

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(data.length, 0)
  frame.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
}

/** A PNG of one grey, or of one colour with transparency (6). */
function png(colour: 0 | 6, grey = 120): string {
  const size = 8
  const head = Buffer.alloc(13)
  head.writeUInt32BE(size, 0)
  head.writeUInt32BE(size, 4)
  head.set([8, colour], 8)
  const row = Buffer.alloc(1 + size * (colour === 0 ? 1 : 4), grey)
  row[0] = 0
  const lines = Buffer.concat(Array.from({ length: size }, () => row))
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', Buffer.alloc(0)),
  ]).toString('base64')
}

async function printed(): Promise<string> {
  const clinic = await clinicOnPaper(api.deps)
  const options = { paper: 'A5', title: 'x', language: 'en', madeAt: new Date(0) } as const
  const chunks: Buffer[] = []
  for await (const part of drawDocument(options, (sheet) => clinicHead(sheet, clinic, 'en')))
    chunks.push(Buffer.from(part))
  return Buffer.concat(chunks).toString('latin1')
}

describe('the logo', () => {
  it('stands on print-outs from then on, until it is taken out', async () => {
    expect(await present()).toEqual({ image: null, mediaType: null, version: 0 })
    expect(await printed()).not.toContain('/Subtype /Image')
    const first = await call('put').send({ image: png(0), version: 0 })
    expect(first.body).toEqual({ image: png(0), mediaType: 'image/png', version: 1 })
    expect(await present()).toEqual(first.body)
    expect(await printed()).toContain('/Subtype /Image')
    const out = await call('put').send({ image: null, version: 1 })
    expect(out.body).toEqual({ image: null, mediaType: null, version: 2 })
    expect(await printed()).not.toContain('/Subtype /Image')
    const rows = await api.deps.db('audit_entries').where({ action: 'settings.logo' })
    expect(rows).toHaveLength(2)
    expect(JSON.stringify(rows)).not.toContain(png(0))
  })

  it('is refused when it is no picture that a document takes, or too large', async () => {
    const before = await present()
    for (const image of [png(6), 'R0lGODlh', Buffer.from('<svg/>').toString('base64'), '!!'])
      expect((await call('put').send({ image, version: before.version })).status, image).toBe(422)
    const large = Buffer.alloc(70_000, 1).toString('base64')
    expect((await call('put').send({ image: large, version: before.version })).status).toBe(400)
    expect((await call('put').send({ image: png(0), version: 1, name: 'x' })).status).toBe(400)
    expect(await present()).toEqual(before)
  })

  it('changes once where many saw the same', async () => {
    const { version } = await present()
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, grey) => call('put').send({ image: png(0, grey), version })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(5).fill(409)])
    const won = answers.find(({ status }) => status === 200)?.body
    expect(await present()).toEqual(won)
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe('state/version')
  })

  it('is for administrators alone', async () => {
    const { version } = await present()
    for (const role of ['doctor', 'cashier'] as const) {
      const cookie = await api.signIn(role)
      expect((await call('get', cookie)).status).toBe(403)
      expect((await call('put', cookie).send({ image: null, version })).status).toBe(403)
    }
  })
})
