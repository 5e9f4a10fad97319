import type { OutgoingHttpHeaders } from 'node:http'
import { Agent, request } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { person } from '../../shared/testing/people.ts'
import { SITE } from '../nginx/testing.ts'

/** Where requests go and whose they are. */
export interface Target {
  port: number
  token: string
}

const optionsOf = ({ port, token }: Target, headers: OutgoingHttpHeaders) => ({
  host: '127.0.0.1',
  port,
  servername: SITE,
  rejectUnauthorized: false,
  headers: { host: SITE, authorization: `Bearer ${token}`, ...headers },
})

/** What came back for one call; status 0: nothing. */
interface Outcome {
  status: number
  text: string
}

/** Connections that have carried a call. */
const used = new WeakSet<object>()
/** Four rooms of a clinic, each with an address of its own: all 200 a second of one are what the proxy takes of it. */
const agents = [2, 3, 4, 5].map(
  (n) =>
    new Agent({ keepAlive: true, maxSockets: 10, rejectUnauthorized: false, localAddress: `127.0.0.${n}` }),
)
let calls = 0

/** One call over kept connections, as a browser makes it. */
function send(target: Target, path: string, body?: object, key?: string): Promise<Outcome> {
  return new Promise((resolve) => {
    const keyed = key === undefined ? {} : { 'idempotency-key': key }
    const req = request(
      {
        ...optionsOf(target, { 'content-type': 'application/json', ...keyed }),
        agent: agents[calls++ % agents.length],
        method: body === undefined ? 'GET' : 'POST',
        path,
      },
      (res) => {
        let text = ''
        res.on('data', (part) => (text += part))
        res.once('end', () => resolve({ status: res.statusCode ?? 0, text }))
        res.once('error', () => resolve({ status: 0, text: 'cut' }))
      },
    )
    let isKept = false
    req.once('socket', (socket) => {
      // not `reusedSocket`: that is false for a call that waited for a place and got a connection another one had used
      isKept = used.has(socket)
      used.add(socket)
    })
    // a kept connection that the other side closed in the same moment: browsers ask again over a new one, so does this
    req.once('error', (error: NodeJS.ErrnoException) => {
      if (isKept && error.code === 'ECONNRESET') resolve(send(target, path, body, key))
      else resolve({ status: 0, text: String(error.code) })
    })
    req.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

/** A load that goes on until it is told to end. */
export interface Load {
  sent(): number
  /** Answers by method and status, and the first few that were no success. */
  statuses: Map<string, number>
  failures: string[]
  /** Ids of the tickets that were answered with 201. */
  tickets: string[]
  end(): Promise<void>
}

const TICK_MS = 100
const READS_A_TICK = 18
const WRITES_A_TICK = 2
const FAILURES_KEPT = 20
const PATHS = ['/api/medications?limit=20', '/api/queue?limit=20', '/api/patients/search?query=nombor']

/** 180 reads and 20 registrations with a ticket a second, whether or not earlier ones were answered. */
export function startLoad(target: Target, firstPerson: number): Load {
  const statuses = new Map<string, number>()
  const [failures, tickets, pending]: [string[], string[], Promise<void>[]] = [[], [], []]
  let over = false
  const note = (what: string, { status, text }: Outcome) => {
    const key = `${what} ${status}`
    statuses.set(key, (statuses.get(key) ?? 0) + 1)
    if (status !== 200 && status !== 201 && failures.length < FAILURES_KEPT)
      failures.push(`${new Date().toISOString()} ${key} ${text.slice(0, 200)}`)
  }
  const register = async (n: number) => {
    const { name, id_number: idNumber, gender, date_of_birth: dateOfBirth } = person(firstPerson + n)
    const patient = { name, idType: 'NRIC', idNumber, gender, dateOfBirth }
    const answer = await send(target, '/api/registrations', { patient, ticket: {} }, `rolling-${n}`)
    note('POST', answer)
    if (answer.status === 201) tickets.push((JSON.parse(answer.text) as { ticket: { id: string } }).ticket.id)
  }
  const read = async (n: number) => note('GET', await send(target, PATHS[n % PATHS.length] as string))
  const loop = (async () => {
    const startedMs = performance.now()
    for (let tick = 0; !over; tick++) {
      for (let i = 0; i < READS_A_TICK; i++) pending.push(read(tick * READS_A_TICK + i))
      for (let i = 0; i < WRITES_A_TICK; i++) pending.push(register(tick * WRITES_A_TICK + i))
      // by the clock, so that a tick that came late is made up for
      await sleep(Math.max(0, startedMs + (tick + 1) * TICK_MS - performance.now()))
    }
  })()
  return {
    sent: () => pending.length,
    statuses,
    failures,
    tickets,
    async end() {
      over = true
      await loop
      await Promise.all(pending)
      for (const agent of agents) agent.destroy()
    },
  }
}

/** What a screen that follows the queue heard. */
export interface Follower {
  /** Ids of the tickets of `queue.created`, in the order of arrival, repeats included. */
  created: string[]
  /** How often the stream had to be opened. */
  opened(): number
  /** Times the server said that the screen must read everything again. */
  resets(): number
  end(): void
}

const RETRY_MS = 500

/** Follows the queue's events as a browser does: a stream that ends is opened again with the last id seen. */
export function followQueue(target: Target): Follower {
  const created: string[] = []
  let [lastId, opened, resets, over] = ['', 0, 0, false]
  let leave = () => {}
  const take = (block: string) => {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1]
    lastId = field('id') ?? lastId
    if (field('event') === 'reset') resets++
    if (field('event') !== 'queue.created') return
    created.push((JSON.parse(field('data') ?? '{}') as { entity: { id: string } }).entity.id)
  }
  const once = () =>
    new Promise<void>((resolve) => {
      const headers = { accept: 'text/event-stream', ...(lastId ? { 'last-event-id': lastId } : {}) }
      const options = { ...optionsOf(target, headers), path: '/api/sse/queue-updates', agent: false as const }
      const req = request(options, (res) => {
        opened++
        let rest = ''
        res.setEncoding('utf8').on('data', (part: string) => {
          const blocks = (rest + part).split('\n\n')
          rest = blocks.pop() ?? ''
          for (const block of blocks) take(block)
        })
        res.once('close', resolve)
      })
      leave = () => req.destroy()
      req.once('error', () => resolve())
      req.end()
    })
  void (async () => {
    while (!over) {
      await once()
      if (!over) await sleep(RETRY_MS)
    }
  })()
  return {
    created,
    opened: () => opened,
    resets: () => resets,
    end() {
      over = true
      leave()
    },
  }
}
