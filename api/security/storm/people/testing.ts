import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { csvOf, person } from '../../../../shared/testing/people.ts'
import { openStream } from '../../../events/testing.ts'
import { TEST_PASSWORD } from '../../../http/testing.ts'
import { apisOf, CANARY, type Storm, steady } from '../testing.ts'

/** INV-7: 30 s of the server, and what a busy machine and a frozen process add. */
const ANSWER_WITHIN_MS = 60_000
const AGAIN_MS = 150
const AWAY = new Set([429, 502, 503, 507])

interface Answer {
  status: number
  body: Record<string, never> & { [key: string]: unknown }
}

/** Somebody who works through everything: signs in again, asks again, under the same key, until there is an answer. */
export function clerk(storm: Storm) {
  let cookie = ''
  let turn = 0
  const send = async (
    method: string,
    path: string,
    body?: unknown,
    key?: string,
  ): Promise<Response | null> => {
    const apis = apisOf(storm)
    const { url } = (apis[turn++ % apis.length] as (typeof apis)[number]).process
    const isForm = body instanceof FormData
    const startedAt = Date.now()
    const answer = await fetch(`${url}${path}`, {
      method,
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      headers: {
        Cookie: cookie,
        'X-Requested-With': 'clinic',
        ...(body === undefined || isForm ? {} : { 'Content-Type': 'application/json' }),
        ...(key === undefined ? {} : { 'Idempotency-Key': key }),
      },
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
    }).catch(() => null)
    if (answer === null && Date.now() - startedAt >= ANSWER_WITHIN_MS)
      storm.violations.push(`${method} ${path} had no answer`)
    return answer
  }
  const signIn = async () => {
    const answer = await send('POST', '/api/auth/login', { username: 'desk', password: TEST_PASSWORD })
    await answer?.arrayBuffer().catch(() => undefined)
    if (answer?.status === 200) cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] as string
    else await sleep(AGAIN_MS)
  }
  const ask = async (method: string, path: string, body?: unknown, key?: string): Promise<Answer> => {
    for (;;) {
      const answer = await send(method, path, body, key)
      const read = await answer?.json().catch(() => null)
      if (answer?.status === 401) await signIn()
      else if (answer === null || answer === undefined || read === null || AWAY.has(answer.status))
        await sleep(AGAIN_MS)
      else return { status: answer.status, body: read as Answer['body'] }
    }
  }
  return { ask, session: () => cookie, signIn }
}
type Clerk = ReturnType<typeof clerk>

/** What the desk was told: tickets by number, and receipts by visit. */
export interface Told {
  tickets: Map<string, string>
  receipts: Map<string, string>
  imports: string[]
}

/** Registers one person after another; every third one pays one ringgit at once. */
export async function deskWork(storm: Storm, told: Told, who: number, stop: AbortSignal): Promise<void> {
  const { ask } = clerk(storm)
  for (let n = 0; !stop.aborted; n++) {
    const patient = { name: `${CANARY} ${who} ${n}` }
    const made = await ask('POST', '/api/registrations', { patient, ticket: {} }, randomUUID())
    if (made.status !== 201) return void storm.violations.push(`registration: ${JSON.stringify(made)}`)
    const ticket = made.body.ticket as unknown as { id: string; number: string; visitId: string }
    if (told.tickets.has(ticket.number)) storm.violations.push(`${ticket.number} was given twice`)
    told.tickets.set(ticket.number, ticket.id)
    if (n % 3 === 0) await pay(storm, { ask }, ticket, told)
  }
}

async function pay(
  storm: Storm,
  { ask }: Pick<Clerk, 'ask'>,
  { id, visitId }: { id: string; visitId: string },
  told: Told,
): Promise<void> {
  await steady(() => storm.db('tickets').where({ id }).update({ status: 'payment' }))
  const line = { version: 0, kind: 'other', description: 'x', quantity: 1, unitPrice: '1.00' }
  const added = await ask('POST', `/api/bills/${visitId}/items`, line)
  // 409: it was added, and the answer was lost
  if (added.status !== 201 && added.status !== 409)
    return void storm.violations.push(`line: ${JSON.stringify(added)}`)
  const key = randomUUID()
  for (;;) {
    const { version, balance } = (await ask('GET', `/api/bills/${visitId}`)).body
    const body = { visitId, version, balance, tenders: [{ method: 'card', amount: '1.00' }] }
    const paid = await ask('POST', '/api/payments', body, key)
    if (paid.status === 201) return void told.receipts.set(visitId, String(paid.body.number))
    if (paid.status !== 409) return void storm.violations.push(`payment: ${JSON.stringify(paid)}`)
  }
}

/** Imports one file of people after another; numbers do not meet. */
export async function importWork(storm: Storm, told: Told, rows: number, stop: AbortSignal): Promise<void> {
  const { ask } = clerk(storm)
  for (let n = 0; !stop.aborted; n++) {
    const form = new FormData()
    form.append('kind', 'patients')
    form.append(
      'file',
      new Blob([csvOf(Array.from({ length: rows }, (_, i) => person(n * rows + i)))]),
      'p.csv',
    )
    const asked = await ask('POST', '/api/imports', form, randomUUID())
    if (asked.status !== 202) return void storm.violations.push(`import: ${JSON.stringify(asked)}`)
    const { id } = asked.body.operation as unknown as { id: string }
    told.imports.push(id)
    let percent = 0
    for (;;) {
      const row = await steady(() => storm.db('operations').where({ id }).first('status', 'processed'))
      const processed = Number(row.processed)
      if (processed < percent) storm.violations.push(`${id} went back from ${percent} to ${processed}`)
      percent = processed
      if (['completed', 'failed', 'cancelled'].includes(row.status)) break
      await sleep(200)
    }
  }
}

/** INV-9: asks for patients without any right to, and with a cookie that is none. */
export async function strangerWork(storm: Storm, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    for (const { process } of apisOf(storm))
      for (const Cookie of ['', `clinic=${'x'.repeat(43)}`]) {
        const answer = await fetch(`${process.url}/api/patients`, {
          headers: { Cookie },
          signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
        }).catch(() => null)
        await answer?.arrayBuffer().catch(() => undefined)
        if (answer !== null && answer.status < 400) storm.violations.push('a stranger saw patients')
      }
    await sleep(200)
  }
}

/** What a screen has seen: tickets by their events, or by reading again when it was told to. */
export interface Screen {
  tickets: Set<string>
  resets: number
}

/** INV-14: a screen that follows the queue and comes back by the last id it saw. */
export async function screenWork(storm: Storm, screen: Screen, stop: AbortSignal): Promise<void> {
  const { session, signIn } = clerk(storm)
  const ids = new Set<string>()
  let last = ''
  const readAll = async () => {
    const rows = (await steady(() => storm.db('tickets').pluck('id'))) as unknown[]
    for (const id of rows) screen.tickets.add(String(id))
  }
  for (let turn = 0; !stop.aborted; turn++) {
    const apis = apisOf(storm)
    const port = Number(new URL((apis[turn % apis.length] as (typeof apis)[number]).process.url).port)
    const stream = await openStream(port, '/api/sse/queue-updates', { Cookie: session() }, last).catch(
      () => null,
    )
    if (stream?.status === 401) await signIn()
    let read = 0
    // a screen opens its stream first, and then reads what there is
    if (stream?.status === 200 && last === '') await readAll()
    while (stream?.status === 200 && !stream.ended && !stop.aborted) {
      for (; read < stream.received.length; read++) {
        const { name, data, lastEventId } = stream.received[read] as (typeof stream.received)[number]
        if (name === 'reset') {
          screen.resets += 1
          ids.clear()
          await readAll()
        } else if (name.startsWith('queue.')) {
          if (ids.has(lastEventId)) storm.violations.push(`event ${lastEventId} came twice`)
          ids.add(lastEventId)
          screen.tickets.add((JSON.parse(data) as { entity: { id: string } }).entity.id)
        }
      }
      last = stream.lastEventId
      await sleep(50)
    }
    stream?.close()
    await sleep(AGAIN_MS)
  }
}
