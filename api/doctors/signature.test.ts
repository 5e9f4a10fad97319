import { crc32, deflateSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signature } from '../../shared/doctors/schema.ts'
import { type ClinicalApi, startClinicalApi } from '../certificates/testing.ts'

let api: ClinicalApi
beforeAll(async () => {
  api = await startClinicalApi()
})
afterAll(() => api.close())

const call = (verb: 'get' | 'put', id = api.doctorId, cookie = api.as.admin) =>
  api.call(verb, `/api/doctors/${id}/signature`, cookie)
const present = async () => signature.strict().parse((await call('get')).body)
const put = async (image: string | null) => call('put').send({ image, version: (await present()).version })

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(data.length, 0)
  frame.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
}

/** A grey PNG of so many points each way, or one with transparency (6). */
function png(size: number, colour: 0 | 6 = 0): string {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(size, 0)
  head.writeUInt32BE(size, 4)
  head.set([8, colour], 8)
  const row = Buffer.alloc(1 + size * (colour === 0 ? 1 : 4), 90)
  row[0] = 0
  const lines = Buffer.concat(Array.from({ length: size }, () => row))
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', Buffer.alloc(0)),
  ]).toString('base64')
}

const pdfOf = async (path: string): Promise<string> => {
  const answer = await api
    .call('get', path, api.as.doctor)
    .buffer(true)
    .parse((res, done) => {
      const parts: Buffer[] = []
      res.on('data', (part: Buffer) => parts.push(part))
      res.on('end', () => done(null, Buffer.concat(parts)))
    })
  expect(answer.status).toBe(200)
  return (answer.body as Buffer).toString('latin1')
}
const paper = (pdf: string) => /\/Subtype \/Image[^>]*?\/Width (\d+)/s.exec(pdf)?.[1] ?? null

describe("a doctor's signature", () => {
  it('stands on papers issued from then on; those issued before keep theirs', async () => {
    const unsigned = await api.certificate()
    expect((await put(png(8))).status).toBe(200)
    const first = await api.certificate()
    expect((await put(png(16))).status).toBe(200)
    const second = await api.certificate()
    const consultation = await api.consultation()
    const letter = await api
      .call('post', `/api/consultations/${consultation}/letters`, api.as.doctor)
      .send({ kind: 'time_slip', language: 'en', from: '09:00', to: '10:00', details: 'Review' })
    expect(letter.status, letter.text).toBe(201)
    expect((await put(null)).body).toMatchObject({ image: null, mediaType: null })
    const widths = []
    for (const { id } of [unsigned, first, second])
      widths.push(paper(await pdfOf(`/api/certificates/${id}.pdf`)))
    expect(widths).toEqual([null, '8', '16'])
    expect(paper(await pdfOf(`/api/letters/${letter.body.id}.pdf`))).toBe('16')
    const entries = await api.deps.db('audit_entries').where({ action: 'doctors.signature' })
    expect(entries).toHaveLength(3)
    expect(JSON.stringify(entries)).not.toContain(png(8))
  })

  it('is refused when no document takes it, when it is too large, and over a state not seen', async () => {
    const before = await present()
    for (const image of [png(8, 6), Buffer.from('<svg/>').toString('base64'), '!!', ''])
      expect((await call('put').send({ image, version: before.version })).status, image).toBe(422)
    const large = Buffer.alloc(70_000, 1).toString('base64')
    expect((await call('put').send({ image: large, version: before.version })).status).toBe(400)
    const stale = await call('put').send({ image: png(8), version: before.version + 1 })
    expect([stale.status, stale.body.current.id]).toEqual([409, api.doctorId])
    expect(await present()).toEqual(before)
    expect((await call('put', '999999').send({ image: null, version: 1 })).status).toBe(404)
    expect((await call('get', 'x')).status).toBe(404)
  })

  it('is seen and changed by those who keep the doctors alone', async () => {
    for (const cookie of [api.as.doctor, api.as.assistant, api.as.cashier]) {
      expect((await call('get', api.doctorId, cookie)).status).toBe(403)
      expect((await call('put', api.doctorId, cookie).send({ image: null, version: 1 })).status).toBe(403)
    }
  })

  it('changes once where many saw the same', async () => {
    const { version } = await present()
    const answers = await Promise.all(
      [4, 5, 6, 7].map((size) => call('put').send({ image: png(size), version })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409])
    expect(await present()).toEqual(answers.find(({ status }) => status === 200)?.body)
  })
})
