// How soon a new ticket is on every screen of a busy clinic, and how soon the desk knows that a screen showed a call.
import { randomInt } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { type Clients, createClients } from '../../api/events/raw-clients.ts'
import { closeDeps } from '../../shared/deps.ts'
import { startProcess } from '../../shared/testing/processes.ts'
import { signedIn } from '../lib/fixture.ts'
import { percentile, report } from '../lib/report.ts'
import { benchDeps, benchEnv } from '../lib/system.ts'

const STAFF = 480
const STREAMS_A_PERSON = 20
const DISPLAYS = 20
const TICKETS = 150
const CALLS = 100
const PAUSE_MS = 120
const LIMITS_MS = { ticketP95: 150, ackP95: 500 }
const NUMBER_DIGITS = 3

const deps = await benchDeps()
const api = await startProcess('api', benchEnv(deps.config, { RATE_LIMIT_AUTH_PER_MINUTE: '0' }))
const worker = await startProcess('worker', benchEnv(deps.config))

const send = async (path: string, cookie: string, body: unknown) => {
  const answer = await fetch(`${api.url}${path}`, {
    method: 'POST',
    headers: { cookie, 'X-Requested-With': 'clinic', 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`)
  return { headers: answer.headers, body: JSON.parse(text) }
}

/** Cookies of paired screens. */
async function pair(admin: string): Promise<string[]> {
  const cookies: string[] = []
  for (let n = 0; n < DISPLAYS; n++) {
    const { body } = await send('/api/displays', admin, { name: `Screen ${n}` })
    const { headers } = await send('/api/displays/pair', '', { code: body.pairingCode })
    cookies.push((headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '')
  }
  return cookies
}

/** A screen that says at once that it showed a call, as the page does. */
async function acknowledging(cookie: string, signal: AbortSignal): Promise<void> {
  const stream = await fetch(`${api.url}/api/sse/display`, { headers: { cookie }, signal })
  let text = ''
  for await (const part of stream.body as unknown as AsyncIterable<Uint8Array>) {
    text += Buffer.from(part).toString()
    const events = text.split('\n\n')
    text = events.pop() ?? ''
    for (const event of events) {
      const callId = /event: queue\.called[\s\S]*"callId":"(\d+)"/.exec(event)?.[1]
      if (callId !== undefined) await send('/api/display/acks', cookie, { callId, shown: true })
    }
  }
}

const numberOf = (n: number) => `"number":"A${String(n).padStart(NUMBER_DIGITS, '0')}"`
const breathe = () => pause(randomInt(PAUSE_MS))

/** Milliseconds from the sending of a registration to each stream. */
async function tickets(admin: string, screens: readonly Clients[]): Promise<number[]> {
  const [before] = await deps.db('ticket_counters').max({ last: 'value' })
  const last = Number(before?.last ?? 0)
  const tookMs: number[] = []
  for (let n = 1; n <= TICKETS; n++) {
    const arrivals = screens.map((each) => each.next(numberOf(last + n)))
    const sentAt = performance.now()
    const patient = { name: `Aminah Nombor${n} binti Ali`, idType: 'PASSPORT', idNumber: `S${1_000_000 + n}` }
    await send('/api/registrations', admin, { patient })
    for (const at of (await Promise.all(arrivals)).flat()) tookMs.push(at - sentAt)
    await breathe()
  }
  return tookMs
}

/** Milliseconds from the sending of a call to the desks' knowledge that a screen shows it. */
async function calls(admin: string, staff: Clients): Promise<number[]> {
  const tookMs: number[] = []
  for (let n = 0; n < CALLS; n++) {
    const arrivals = staff.next('event: display.acknowledged')
    const sentAt = performance.now()
    await send('/api/queue/call-next', admin, { room: '1' })
    for (const at of await arrivals) tookMs.push(at - sentAt)
    await breathe()
  }
  return tookMs
}

const stop = new AbortController()
try {
  await Promise.all([api.ready(), worker.ready()])
  const people: string[] = []
  for (let n = 0; n < STAFF / STREAMS_A_PERSON; n++) people.push(await signedIn(deps))
  const [admin] = people as [string]
  const [first, ...displays] = await pair(admin)
  const port = Number(new URL(api.url).port)
  const staff = createClients(port, '/api/sse/queue-updates')
  const screens = createClients(port, '/api/sse/display')
  await staff.open(
    STAFF,
    people.map((cookie) => `Cookie: ${cookie}`),
  )
  await screens.open(
    displays.length,
    displays.map((cookie) => `Cookie: ${cookie}`),
  )
  const answering = acknowledging(first as string, stop.signal).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error
  })
  const ticketMs = await tickets(admin, [staff, screens])
  const ackMs = await calls(admin, staff)
  const open = staff.count() + screens.count() + 1
  if (open !== STAFF + DISPLAYS) throw new Error(`Only ${open} streams are left`)
  stop.abort()
  await answering
  await Promise.all([staff.close(), screens.close()])
  const ok = report(
    'screens',
    [
      {
        name: 'ticket on all of 500 screens, p95',
        measured: percentile(ticketMs, 0.95),
        limit: LIMITS_MS.ticketP95,
        unit: 'ms',
      },
      {
        name: 'acknowledgement of a screen at the desks, p95',
        measured: percentile(ackMs, 0.95),
        limit: LIMITS_MS.ackP95,
        unit: 'ms',
      },
    ],
    {
      staff: STAFF,
      displays: DISPLAYS,
      tickets: TICKETS,
      calls: CALLS,
      ticketP50Ms: percentile(ticketMs, 0.5),
      ticketMaxMs: Math.max(...ticketMs),
      ackP50Ms: percentile(ackMs, 0.5),
      ackMaxMs: Math.max(...ackMs),
    },
  )
  process.exitCode = ok ? 0 : 1
} catch (error) {
  console.error(api.output().slice(-4000))
  throw error
} finally {
  stop.abort()
  await api.stop()
  await worker.stop()
  await closeDeps(deps)
}
