import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { csvOf, person } from '../../shared/testing/people.ts'
import { startTestApi, type TestApi } from '../http/testing.ts'
import { END, expectNothingLeft, fieldPart, filePart, rawUpload, statusOf } from './testing.ts'

const LINE_MB = 200
let api: TestApi
let cookie: string

beforeAll(async () => {
  api = await startTestApi()
})
beforeEach(async () => {
  await api.deps.emptyTables()
  cookie = await api.signIn('admin')
})
afterAll(() => api.close())

const file = Buffer.from(csvOf([person(1), person(2)]))
const columns = Buffer.from(`${Array.from({ length: 100_000 }, (_, i) => `c${i}`).join(',')}\n1,2\n`)
const png = Buffer.from('89504e470d0a1a0a0000000d4948445200000001', 'hex')
const preview = (body: Buffer, options = {}) =>
  api.http
    .post('/api/imports/preview')
    .set('Cookie', cookie)
    .set('X-Requested-With', 'clinic')
    .field('kind', 'patients')
    .field('options', JSON.stringify(options))
    .attach('file', body, 'p.csv')

it('shows how a file would be read, and keeps nothing', async () => {
  const answer = await preview(file)
  expect(answer.status).toBe(200)
  expect(answer.body).toMatchObject({
    format: 'csv',
    encoding: 'utf-8',
    delimiter: ',',
    strictness: 'strict',
    missing: [],
    sameFileAs: null,
  })
  expect(answer.body.rows).toHaveLength(2)
  await expectNothingLeft(api)
})

it.each([
  ['a picture', png, 'import/not-a-table'],
  ['nothing', Buffer.alloc(0), 'import/empty-file'],
  ['100,000 columns', columns, 'import/bad-header'],
  ['a mapping to nowhere', file, 'import/bad-mapping'],
])('%s: 422', async (what, body, code) => {
  const answer = await preview(body, what.startsWith('a mapping') ? { mapping: { name: 'Nobody' } } : {})
  expect([answer.status, answer.body.code]).toEqual([422, code])
  await expectNothingLeft(api)
})

it('a line of 200 MB costs no memory', async () => {
  const before = process.memoryUsage().rss
  let peak = before
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss)
  }, 10)
  const megabyte = Buffer.alloc(1024 * 1024, 'x')
  const head = fieldPart('kind', 'patients') + filePart()
  const length = head.length + LINE_MB * megabyte.length + END.length
  const answer = await rawUpload(api, cookie, { 'Content-Length': String(length) }, async (socket) => {
    socket.write(head)
    for (let i = 0; i < LINE_MB; i++)
      if (!socket.write(megabyte)) await new Promise((r) => socket.once('drain', r))
    socket.write(END)
  })
  clearInterval(watch)
  expect(statusOf(answer)).toBe(202)
  // held once it would be all of it; what comes and goes depends on when memory is collected
  expect((peak - before) / 1024 ** 2).toBeLessThan(0.75 * LINE_MB)
})
