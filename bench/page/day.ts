import type { Page } from 'playwright-core'

/** A ticket as the API answers it. */
export interface Ticket {
  id: string
  number: string
  version: number
}

/** What the desks of a clinic do, by the API, as somebody who may do everything. */
export interface Desks {
  register(): Promise<Ticket>
  move(ticket: Ticket, to: string): Promise<Ticket>
}

/** The way of a ticket through the day. */
const WAY = ['called', 'in_consultation', 'payment', 'completed'] as const
/** Between two such walks that many tickets have come and gone. */
const WALK_EVERY = 5
/** A cashier's or a receptionist's round through the pages, by the letters after `g`; it ends on the board. */
const ROUND = [
  ['p', '/patients'],
  ['d', '/dashboard'],
  ['t', '/appointments'],
  ['q', '/queue'],
] as const

export function desksOf(url: string, cookie: string): Desks {
  let serial = 0
  const post = async <T>(path: string, body: unknown): Promise<T> => {
    const answer = await fetch(url + path, {
      method: 'POST',
      headers: { cookie, 'X-Requested-With': 'clinic', 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}`)
    return (await answer.json()) as T
  }
  return {
    register: async () => {
      const patient = { name: `Nurul Aisyah Nombor${++serial} binti Abdullah`, phone: '012-345 6789' }
      return (await post<{ ticket: Ticket }>('/api/registrations', { patient, ticket: { reason: 'Fever' } }))
        .ticket
    },
    move: (ticket, to) =>
      post<Ticket>(`/api/queue/${ticket.id}/moves`, {
        to,
        version: ticket.version,
        ...(to === 'called' ? { room: '1' } : {}),
      }),
  }
}

/**
 * So many patients come, are called, seen, pay and go, with as many always in the house as there are now, while the
 * page goes its rounds; answers how many events that were.
 */
export async function liveThrough(
  page: Page,
  desks: Desks,
  inside: Ticket[],
  patients: number,
): Promise<{ events: number; pages: number }> {
  let events = 0
  let pages = 0
  for (let n = 0; n < patients; n++) {
    inside.push(await desks.register())
    let ticket = inside.shift() as Ticket
    for (const to of WAY) ticket = await desks.move(ticket, to)
    events += 1 + WAY.length
    if (n % WALK_EVERY !== WALK_EVERY - 1) continue
    for (const [letter, address] of ROUND) {
      await Promise.all([page.keyboard.press('g'), page.keyboard.press(letter)])
      await page.waitForURL(`**${address}`)
      await page.locator('#main h1').waitFor()
      pages++
    }
  }
  // The last event has been drawn.
  const last = inside.at(-1)
  await page.locator(`#main [data-ticket="${last?.number}"]`).waitFor()
  return { events, pages }
}
