import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect } from 'vitest'
import { cancelOperation, requestOperation, retryOperation } from '../../shared/operations/commands.ts'
import { claimOperation, completeOperation } from '../../shared/operations/lifecycle.ts'
import { findOperation } from '../../shared/operations/repository.ts'
import { csvOf, person, writePeople } from '../../shared/testing/people.ts'
import { faultBed, secondsSince } from './fault-servers/testing.ts'

const ROWS = 100_000
const NOBODY = { principal: null }
const bed = faultBed()

bed.fault('API killed during an upload and during an import', async () => {
  await bed.rig.start()
  const first = await bed.startApi()
  const cookie = await bed.signIn(first.url)
  const socket = connect(Number(new URL(first.url).port), '127.0.0.1')
  socket.on('error', () => undefined)
  const head =
    '--b\r\nContent-Disposition: form-data; name="kind"\r\n\r\npatients\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="p.csv"\r\n\r\n'
  socket.write(
    `POST /api/imports HTTP/1.1\r\nHost: localhost\r\nCookie: ${cookie}\r\nX-Requested-With: clinic\r\n` +
      `Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 50000000\r\n\r\n${head}`,
  )
  socket.write(Buffer.alloc(20_000_000, 'x'))
  await sleep(500)
  first.signal('SIGKILL')
  await first.ended
  expect(await bed.deps.db('operations')).toEqual([])
  const second = await bed.startApi()
  const path = join(bed.env.DATA_DIR as string, 'api-killed.csv')
  await writePeople(path, ROWS)
  const { status, body } = await bed.upload(second.url, cookie, await readFile(path), 'again')
  expect(status).toBe(202)
  const id = body.operation?.id as string
  while (((await findOperation(bed.deps.db, id))?.processed ?? 0) < ROWS / 4) await sleep(20)
  second.signal('SIGKILL')
  await second.ended
  const at = Date.now()
  const third = await bed.startApi()
  const seen = await fetch(`${third.url}/api/operations/${id}`, { headers: { Cookie: cookie } })
  expect(seen.status).toBe(200)
  const seconds = secondsSince(at)
  const repeated = await bed.upload(third.url, cookie, await readFile(path), 'again')
  expect(repeated).toMatchObject({ status: 202, body: { operation: { id } } })
  expect(await bed.untilEnded(id)).toMatchObject({ status: 'completed', counts: { read: ROWS } })
  return seconds
})

bed.fault('the same upload twice at once, 50 times', async () => {
  await bed.rig.start()
  const { url } = await bed.startApi()
  const cookie = await bed.signIn(url)
  const ids = new Set<string>()
  for (let i = 0; i < 50; i++) {
    const file = csvOf([person(i)])
    const both = await Promise.all([1, 2].map(() => bed.upload(url, cookie, file, `key-${i}`)))
    expect(both.map(({ status }) => status)).toEqual([202, 202])
    expect(both[0]?.body.operation?.id).toBe(both[1]?.body.operation?.id)
    ids.add(both[0]?.body.operation?.id as string)
  }
  const without = await Promise.all(
    [1, 2].map(() => bed.upload(url, cookie, csvOf([person(900), person(901)]))),
  )
  const [a, b] = await Promise.all(without.map(({ body }) => bed.untilEnded(body.operation?.id as string)))
  expect((a?.counts?.inserted ?? 0) + (b?.counts?.inserted ?? 0)).toBe(2)
  for (const id of ids) expect(await bed.untilEnded(id)).toMatchObject({ counts: { inserted: 1 } })
  expect(await bed.deps.db('operations')).toHaveLength(52)
  expect(Number((await bed.deps.db('patients').count({ n: '*' }).first())?.n)).toBe(52)
  return null
})

const small = mountSmallDisk()
afterAll(() => small?.unmount())

/** A disk of 8 MB, where the system lets us have one. */
function mountSmallDisk(): { dir: string; unmount(): void } | null {
  const dir = mkdtempSync(join('/tmp', 'clinic-small-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', dir], { stdio: 'ignore' })
  } catch {
    rmSync(dir, { recursive: true })
    return null
  }
  const unmount = () => {
    execFileSync('umount', ['-l', dir])
    rmSync(dir, { recursive: true })
  }
  return { dir, unmount }
}

bed.fault(
  'disk full during an upload and during an import',
  async () => {
    const DATA_DIR = small?.dir as string
    await bed.rig.start({ DATA_DIR })
    const { url } = await bed.startApi({ DATA_DIR })
    const cookie = await bed.signIn(url)
    const tooMuch = await bed.upload(url, cookie, Buffer.alloc(12_000_000, 'x'))
    expect(tooMuch).toMatchObject({ status: 507, body: { code: 'unavailable/disk-full' } })
    expect(await readdir(join(DATA_DIR, 'uploads'))).toEqual([])
    const ballast = join(DATA_DIR, 'ballast')
    mkdirSync(DATA_DIR, { recursive: true })
    writeFileSync(ballast, Buffer.alloc(6_500_000))
    const { body } = await bed.upload(url, cookie, csvOf([person(1), person(2)]))
    const id = body.operation?.id as string
    expect(await bed.untilEnded(id)).toMatchObject({
      status: 'failed',
      error: { code: 'unavailable/disk-full' },
    })
    expect(await readdir(join(DATA_DIR, 'work'))).toEqual([])
    rmSync(ballast)
    const at = Date.now()
    await retryOperation(bed.deps, bed.queues, id, NOBODY)
    for (let row = await bed.untilEnded(id); row.status !== 'completed'; row = await bed.untilEnded(id))
      await sleep(20)
    expect((await bed.untilEnded(id)).counts).toMatchObject({ read: 2, inserted: 2 })
    return secondsSince(at)
  },
  small === null ? 'no right to mount a small disk' : undefined,
)

bed.fault('cancel races completion, 1,000 times', async () => {
  const ends = { completed: 0, cancelled: 0 }
  for (let i = 0; i < 1000; i++) {
    const request = { type: 'import' as const, kind: 'patients', params: {} }
    const { row } = await requestOperation(bed.deps, bed.queues, request, NOBODY)
    const { hold } = await claimOperation(bed.deps, row.id, 'racer')
    if (hold === null) throw new Error('not claimed')
    const [ended, cancelled] = await Promise.all([
      completeOperation(bed.deps, hold, {}),
      cancelOperation(bed.deps, row.id, NOBODY).then(
        (after) => after.status,
        (error) => error.code as string,
      ),
    ])
    const status = (await findOperation(bed.deps.db, row.id))?.status as keyof typeof ends
    expect(ended).toBe(status)
    expect(cancelled).toBe(status === 'completed' ? 'state/conflict' : 'active')
    ends[status]++
  }
  expect(ends.completed + ends.cancelled).toBe(1000)
  expect(Math.min(ends.completed, ends.cancelled)).toBeGreaterThan(0)
  return null
})
