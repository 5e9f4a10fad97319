import { rm } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { csvOf, person } from '../../shared/testing/people.ts'
import { startTestApi, type TestApi } from '../http/testing.ts'
import { expectNothingLeft, fieldPart, filePart, rawUpload, statusOf, uploads } from './testing.ts'

const MAX_BYTES = 64 * 1024 * 1024
/** What a client that sends too much waits for: room for more, an answer, or the end. */
const GOES_ON = ['drain', 'data', 'close']
let api: TestApi
let cookie: string

beforeAll(async () => {
  api = await startTestApi({ config: { UPLOAD_MAX_BYTES: MAX_BYTES, REQUEST_TIMEOUT_MS: 3000 } })
})
beforeEach(async () => {
  await api.deps.emptyTables()
  await rm(join(api.deps.config.DATA_DIR, 'uploads'), { recursive: true, force: true })
  cookie = await api.signIn('admin')
})
afterAll(() => api.close())

const file = Buffer.from(csvOf([person(1), person(2)]))
const operations = () => api.deps.db('operations')

const post = (path = '/api/imports') =>
  api.http.post(path).set('Cookie', cookie).set('X-Requested-With', 'clinic')
const raw = (head: Record<string, string>, feed: (socket: Socket) => Promise<void>) =>
  rawUpload(api, cookie, head, feed)

it('takes a file: 202, where to look, the record; the file is kept for the worker', async () => {
  const answer = await post()
    .field('kind', 'patients')
    .field('options', '{"dryRun":true}')
    .attach('file', file, 'my file.csv')
  expect(answer.status).toBe(202)
  expect(answer.headers.location).toBe(`/api/operations/${answer.body.operation.id}`)
  expect(answer.body).toMatchObject({
    operation: { status: 'queued', kind: 'patients', file: { name: 'my file.csv', bytes: file.length } },
    sameFileAs: null,
  })
  expect(answer.body.operation.params.options).toMatchObject({ dryRun: true, onDuplicate: 'reject' })
  expect(await uploads(api)).toHaveLength(1)
  expect(JSON.stringify(answer.body)).not.toContain(api.deps.config.DATA_DIR)

  const again = await post().field('kind', 'patients').attach('file', file, 'other.csv')
  expect(again.body.sameFileAs).toBe(answer.body.operation.id)
  const stranger = await api.signIn('assistant')
  const theirs = await api.http
    .post('/api/imports')
    .set('Cookie', stranger)
    .set('X-Requested-With', 'clinic')
    .field('kind', 'patients')
    .attach('file', file, 'p.csv')
  expect(theirs).toMatchObject({ status: 202, body: { sameFileAs: null } })
  const hidden = await api.http.get(`/api/operations/${answer.body.operation.id}`).set('Cookie', stranger)
  expect(hidden.status).toBe(404)
})

it('answers a repeat under the same key with the first operation, also twice at once', async () => {
  const send = (body = file) =>
    post().set('Idempotency-Key', 'once').field('kind', 'patients').attach('file', body, 'p.csv')
  const both = await Promise.all([send(), send()])
  expect(both.map(({ status }) => status)).toEqual([202, 202])
  expect(both[0].body.operation.id).toBe(both[1].body.operation.id)
  expect(await operations()).toHaveLength(1)
  const other = await send(Buffer.from(csvOf([person(3)])))
  expect(other).toMatchObject({ status: 422, body: { code: 'request/idempotency-mismatch' } })
  expect(await operations()).toHaveLength(1)
})

describe('a refused upload leaves nothing behind', () => {
  const BAD: [string, number, string, () => PromiseLike<{ status: number; body: { code: string } }>][] = [
    [
      'fields after the file',
      400,
      'request/malformed',
      () =>
        post().field('kind', 'patients').attach('file', file, 'p.csv').field('options', '{"dryRun":true}'),
    ],
    [
      'the kind after the file',
      400,
      'request/invalid',
      () => post().attach('file', file, 'p.csv').field('kind', 'patients'),
    ],
    ['no file', 400, 'request/malformed', () => post().field('kind', 'patients')],
    [
      'a file part of another name',
      400,
      'request/malformed',
      () => post().field('kind', 'patients').attach('upload', file, 'p.csv'),
    ],
    [
      'two files',
      400,
      'request/malformed',
      () => post().field('kind', 'patients').attach('file', file, 'p.csv').attach('file', file, 'q.csv'),
    ],
    ['JSON', 415, 'request/unsupported-type', () => post().send({ kind: 'patients' })],
    [
      'an unknown kind',
      400,
      'request/invalid',
      () => post().field('kind', 'cats').attach('file', file, 'p.csv'),
    ],
    [
      'an unknown field',
      400,
      'request/invalid',
      () => post().field('kind', 'patients').field('evil', '1').attach('file', file, 'p.csv'),
    ],
    [
      'a field named like a trick',
      400,
      'request/invalid',
      () => post().field('kind', 'patients').field('__proto__', '1').attach('file', file, 'p.csv'),
    ],
    [
      'a field twice',
      400,
      'request/malformed',
      () => post().field('kind', 'patients').field('kind', 'patients').attach('file', file, 'p.csv'),
    ],
    [
      'options that are no JSON',
      400,
      'request/invalid',
      () => post().field('kind', 'patients').field('options', '{').attach('file', file, 'p.csv'),
    ],
    [
      'an unknown option',
      400,
      'request/invalid',
      () => post().field('kind', 'patients').field('options', '{"speed":9}').attach('file', file, 'p.csv'),
    ],
    [
      'a mapping of a field that is not known',
      400,
      'request/invalid',
      () =>
        post()
          .field('kind', 'patients')
          .field('options', '{"mapping":{"name":"NAMA","shoe_size":"SAIZ"}}')
          .attach('file', file, 'p.csv'),
    ],
    [
      'a mode that there is not',
      400,
      'request/invalid',
      () =>
        post()
          .field('kind', 'patients')
          .field('options', '{"mode":"all-or-none"}')
          .attach('file', file, 'p.csv'),
    ],
    [
      'a field of 70 kB',
      413,
      'request/too-large',
      () =>
        post().field('kind', 'patients').field('options', ' '.repeat(70_000)).attach('file', file, 'p.csv'),
    ],
    [
      'a wrong key',
      400,
      'request/invalid',
      () => post().set('Idempotency-Key', 'a b').field('kind', 'patients').attach('file', file, 'p.csv'),
    ],
  ]

  it.each(BAD)('%s: %i %s', async (_, status, code, send) => {
    const answer = await send()
    expect([answer.status, answer.body.code]).toEqual([status, code])
    await expectNothingLeft(api)
  })

  it('a mapping names the field that is not known', async () => {
    const mapping = { name: 'NAMA', shoe_size: 'SAIZ' }
    for (const path of ['/api/imports', '/api/imports/preview']) {
      const answer = await post(path)
        .field('kind', 'patients')
        .field('options', JSON.stringify({ mapping }))
        .attach('file', file, 'p.csv')
      expect(answer.status, path).toBe(400)
      expect(answer.body.errors).toMatchObject([{ path: 'options.mapping.shoe_size' }])
    }
  })

  it('a body without a boundary, or that is none', async () => {
    const feed = async (socket: Socket) => void socket.write('nothing of the kind')
    const length = { 'Content-Length': '19' }
    expect(statusOf(await raw({ ...length, 'Content-Type': 'multipart/form-data' }, feed))).toBe(415)
    expect(statusOf(await raw({ ...length, 'Content-Type': 'multipart/form-data; charset=x' }, feed))).toBe(
      400,
    )
    expect(statusOf(await raw(length, feed))).toBe(400)
    await expectNothingLeft(api)
  })

  it('somebody who may not import', async () => {
    cookie = await api.signIn('doctor')
    const answer = await post().field('kind', 'patients').attach('file', file, 'p.csv')
    expect(answer.status).toBe(403)
    await expectNothingLeft(api)
  })

  it('one that is too large is refused by what it says, or once it is', async () => {
    const say = { 'Content-Length': String(10 * 1024 ** 3) }
    // without a byte of it; a server that waits for some would answer 408
    expect(statusOf(await raw(say, async () => undefined))).toBe(413)
    const megabyte = Buffer.alloc(1024 * 1024, 'x')
    let sent = 0
    const answer = await raw({ 'Transfer-Encoding': 'chunked' }, async (socket) => {
      const chunk = (bytes: Buffer | string) =>
        Buffer.concat([
          Buffer.from(`${bytes.length.toString(16)}\r\n`),
          Buffer.from(bytes),
          Buffer.from('\r\n'),
        ])
      socket.write(chunk(fieldPart('kind', 'patients') + filePart()))
      while (!socket.destroyed && sent < 4 * MAX_BYTES) {
        sent += megabyte.length
        if (!socket.write(chunk(megabyte)))
          await new Promise<void>((go) => {
            const onto = () => {
              for (const event of GOES_ON) socket.off(event, onto)
              go()
            }
            for (const event of GOES_ON) socket.once(event, onto)
          })
        if (socket.readableEnded || socket.bytesRead > 0) break
      }
    })
    expect(statusOf(answer)).toBe(413)
    expect(sent).toBeLessThan(2 * MAX_BYTES)
    await expectNothingLeft(api)
  })

  it('one that is cut off, in the file or before it', async () => {
    for (const text of [
      fieldPart('kind', 'patients') + filePart() + file.toString(),
      fieldPart('kind', 'pat'),
    ]) {
      await raw({ 'Content-Length': '1000000' }, async (socket) => {
        socket.write(text)
        await sleep(200)
        socket.destroy()
      })
      await expectNothingLeft(api)
    }
    const ended = fieldPart('kind', 'patients') + filePart() + file.toString()
    const answer = await raw(
      { 'Content-Length': String(ended.length) },
      async (socket) => void socket.write(ended),
    )
    expect(statusOf(answer)).toBe(400)
    await expectNothingLeft(api)
  })

  it('one that stands still', async () => {
    const text = fieldPart('kind', 'patients') + filePart() + file.toString()
    const answer = await raw({ 'Content-Length': '1000000' }, async (socket) => void socket.write(text))
    expect(statusOf(answer)).toBe(408)
    await expectNothingLeft(api)
  })
})
