import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Appointment } from '../../shared/appointments/schema.ts'
import type { Bill, PaymentList } from '../../shared/billing/schema.ts'
import type { Doctor } from '../../shared/doctors/schema.ts'
import type { Medication } from '../../shared/medications/schema.ts'
import type { Panel } from '../../shared/panels/schema.ts'
import type { PendingActions, QueueStats, Screen, Ticket } from '../../shared/queue/schema.ts'
import type { Setting } from '../../shared/settings/schema.ts'
import type { Stock } from '../../shared/stock/schema.ts'
import { type Fresh, freshOf, type Write } from '../../shared/testing/fresh.ts'
import { startTwoApis, type TwoApis } from '../../shared/testing/two-apis.ts'
import { clinicDay } from '../../shared/units/dates.ts'
import { createSession } from '../../shared/users/sessions.ts'
import { someone } from '../queue/testing.ts'

const DAY_MS = 86_400_000
const HOURS = [{ from: '00:00', to: '23:00' }]
const WEEK = Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, HOURS]))
const daysAhead = (days: number) => clinicDay(Date.now() + days * DAY_MS)

interface Listed<T> {
  data: T[]
}
interface Named {
  id: string
  name: string
  version: number
}

let desk: TwoApis
let doctor: Doctor
let { did, look, seesEach }: Fresh = {} as Fresh
beforeAll(async () => {
  desk = await startTwoApis('admin')
  ;({ did, look, seesEach } = freshOf(desk))
  doctor = await did<Doctor>(0, 'POST', '/api/doctors', { code: 'D1', name: 'Dr. Lim', workingHours: WEEK })
})
afterAll(() => desk.close())

const ticketOf = async (n = 0): Promise<Ticket> =>
  (
    await did<{ ticket: Ticket }>(n, 'POST', '/api/registrations', {
      patient: someone(),
      ticket: { doctorId: doctor.id },
    })
  ).ticket

/** Moves a ticket on, step by step. */
async function move(n: number, ticket: Ticket, ...steps: Ticket['status'][]): Promise<Ticket> {
  let now = ticket
  for (const to of steps)
    now = await did<Ticket>(n, 'POST', `/api/queue/${ticket.id}/moves`, { to, version: now.version })
  return now
}

/** Changes the newest version of something that is read under its own address. */
async function change(n: number, path: string, changes: Record<string, unknown>): Promise<void> {
  const { version } = await did<{ version: number }>(n, 'GET', path)
  await did(n, 'PATCH', path, { ...changes, version })
}

const naming =
  <Seen>(path: string, name: string, seen: Seen): Write<Seen> =>
  async (n) => {
    await change(n, path, { name })
    return seen
  }

let serial = 0
const medicine = (n: number, more: Record<string, unknown> = {}): Promise<Medication> =>
  did<Medication>(n, 'POST', '/api/medications', {
    sku: `F-${++serial}`,
    genericName: `Freshmedicine${serial}`,
    unit: 'tablet',
    sellingPrice: '0.50',
    costPrice: '0.20',
    ...more,
  })

const receive = (n: number, id: string, quantity: number, expiresOn = daysAhead(700)): Promise<Stock> =>
  did<Stock>(n, 'POST', `/api/medications/${id}/stock`, { batchNo: `F${++serial}`, expiresOn, quantity })

describe('what one process has acknowledged, the other one answers from then on', () => {
  it('of the board, its figures and what is pending', async () => {
    const first = await ticketOf()
    const path = `?day=${first.day}`
    let ticket = first
    const to =
      <Seen>(status: Ticket['status'], seen: Seen): Write<Seen> =>
      async (n) => {
        ticket = await move(n, ticket, status)
        return seen
      }
    await seesEach<PendingActions, string | undefined>(
      '/api/queue/pending-actions',
      ({ data }) => data.find(({ ticketId }) => ticketId === first.id)?.action,
      [to('on_hold', 'on-hold'), to('waiting', undefined), to('on_hold', 'on-hold')],
    )
    await seesEach<Listed<Ticket>, string | undefined>(
      `/api/queue${path}`,
      ({ data }) => data.find(({ id }) => id === first.id)?.status,
      [to('waiting', 'waiting'), to('called', 'called'), to('in_consultation', 'in_consultation')],
    )
    const { total } = await did<QueueStats>(0, 'GET', `/api/queue/stats${path}`)
    const another: (wanted: number) => Write<number> = (wanted) => async (n) => {
      await ticketOf(n)
      return wanted
    }
    await seesEach<QueueStats, number>(`/api/queue/stats${path}`, (body) => body.total, [
      another(total + 1),
      another(total + 2),
    ])
  })

  it('of what a screen shows, and whether it is one', async () => {
    type Made = { display: { id: string }; pairingCode: string }
    const made = await did<Made>(0, 'POST', '/api/displays', { name: 'Hall' })
    const paired = await desk.ask(1, 'POST', '/api/displays/pair', { code: made.pairingCode })
    expect(paired.ok, await paired.text()).toBe(true)
    const Cookie = (paired.headers.get('set-cookie') ?? '').split(';', 1)[0] as string
    const ticket = await ticketOf()
    const { data } = await did<Listed<Setting>>(0, 'GET', '/api/settings')
    const { version } = data.find(({ name }) => name === 'clinic.name') as Setting
    const called: Write<[boolean, boolean]> = async (n) => {
      await move(n, ticket, 'called')
      return [true, false]
    }
    const renamed: Write<[boolean, boolean]> = async (n) => {
      await did(n, 'PATCH', '/api/settings/clinic.name', { value: 'Klinik Segar', version })
      return [true, true]
    }
    await seesEach<Screen, [boolean, boolean]>(
      '/api/display/board',
      (body) => [
        body.calls.some(({ number }) => number === ticket.number),
        body.clinicName === 'Klinik Segar',
      ],
      [called, renamed],
      { Cookie },
    )
    for (const n of [0, 1]) await look(n, '/api/display/board', { Cookie })
    await did(0, 'DELETE', `/api/displays/${made.display.id}`)
    const refused = await desk.ask(1, 'GET', '/api/display/board', undefined, undefined, { Cookie })
    expect(refused.status).toBe(401)
    const list = await did<Listed<{ id: string; state: string }>>(1, 'GET', '/api/displays')
    expect(list.data.find(({ id }) => id === made.display.id)?.state).toBe('revoked')
  })

  it("of a day's appointments, with the name of whom they are for", async () => {
    const { patient } = await ticketOf()
    let booked: Appointment | undefined
    const name = 'Canary Temujanji'
    type Seen = [string, string] | null
    const path = `/api/appointments?day=${daysAhead(3)}`
    const sees = ({ data }: Listed<Appointment>): Seen => {
      const found = data.find(({ patient: { id } }) => id === patient.id)
      return found === undefined ? null : [found.status, found.patient.name]
    }
    const book: Write<Seen> = async (n) => {
      const start = new Date(`${daysAhead(3)}T10:00:00+08:00`).toISOString()
      const body = { patientId: patient.id, doctorId: doctor.id, start }
      booked = await did<Appointment>(n, 'POST', '/api/appointments', body)
      return ['booked', patient.name]
    }
    const cancel: Write<Seen> = async (n) => {
      const body = { to: 'cancelled', version: booked?.version, reason: 'Sembuh' }
      await did(n, 'POST', `/api/appointments/${booked?.id}/moves`, body)
      return ['cancelled', name]
    }
    const rename = naming<Seen>(`/api/patients/${patient.id}`, name, ['booked', name])
    await seesEach(path, sees, [book, rename, cancel])
  })

  it('of panels, doctors and settings', async () => {
    const panel = await did<Panel>(0, 'POST', '/api/panels', { code: 'F1', name: 'Old', kind: 'company' })
    const nameOf =
      (id: string) =>
      ({ data }: Listed<Named>) =>
        data.find((each) => each.id === id)?.name
    for (const [list, id] of [
      ['/api/panels', panel.id],
      ['/api/doctors', doctor.id],
    ] as const) {
      const path = `${list}/${id}`
      await seesEach(list, nameOf(id), [
        naming(path, 'Segar 1', 'Segar 1'),
        naming(path, 'Segar 2', 'Segar 2'),
      ])
    }
    const path = `/api/doctors/${doctor.id}`
    await seesEach<Named, string>(path, ({ name }) => name, [naming(path, 'Dr. 3', 'Dr. 3')])
    const warnMin = ({ data }: Listed<Setting>) =>
      data.find(({ name }) => name === 'queue.waitingWarnMin')?.value
    const set: (value: number) => Write<unknown> = (value) => async (n) => {
      const { data } = await did<Listed<Setting>>(n, 'GET', '/api/settings')
      const seen = data.find(({ name }) => name === 'queue.waitingWarnMin') as Setting
      await did(n, 'PATCH', `/api/settings/${seen.name}`, { value, version: seen.version })
      return value
    }
    await seesEach('/api/settings', warnMin, [set(41), set(42)])
  })

  it('of medicines and of what there is of them', async () => {
    const { id } = await medicine(0, { reorderLevel: 10 })
    const path = `/api/medications/${id}`
    const cost: (price: string) => Write<string> = (price) => async (n) => {
      await change(n, path, { sellingPrice: price })
      return price
    }
    await seesEach<Medication, string>(path, ({ sellingPrice }) => sellingPrice, [cost('0.60'), cost('0.70')])
    await seesEach<Listed<Medication>, string | undefined>(
      `/api/medications?query=Freshmedicine${serial}`,
      ({ data }) => data.find((each) => each.id === id)?.sellingPrice,
      [cost('0.80'), cost('0.90')],
    )
    let onHand = 0
    const more: Write<number | undefined> = async (n) => {
      await receive(n, id, 4, daysAhead(10))
      onHand += 4
      return onHand
    }
    const of = ({ data }: Listed<{ medicationId: string; onHand: number }>) =>
      data.findLast(({ medicationId }) => medicationId === id)?.onHand
    const enough: Write<number | undefined> = async (n) => {
      await more(n)
      return undefined
    }
    await seesEach<Stock, number | undefined>(`${path}/stock`, (body) => body.onHand, [more])
    await seesEach('/api/stock/low?limit=100', of, [more, enough])
    await seesEach(`/api/medications/stock?ids=${id}`, of, [more, more])
    const soon = ({ data }: Listed<{ medicationId: string; onHand: number }>) =>
      data.filter(({ medicationId }) => medicationId === id).reduce((sum, each) => sum + each.onHand, 0)
    await seesEach('/api/stock/expiring?withinDays=20&limit=100', soon, [more, more])
    const named: Write<boolean> = async (n) => {
      await change(n, path, { genericName: 'Segarcanary' })
      return true
    }
    await seesEach<Stock, boolean>(`${path}/stock`, ({ name }) => name.includes('Segarcanary'), [named])
  })

  it('of a patient, and of a paid bill and the payments with the names on them', async () => {
    const { patient, visitId, ...rest } = await ticketOf()
    const file = `/api/patients/${patient.id}`
    await seesEach<Named, string>(file, ({ name }) => name, [
      naming(file, 'Canary Satu', 'Canary Satu'),
      naming(file, 'Canary Dua', 'Canary Dua'),
    ])
    await move(0, { ...rest, patient, visitId }, 'in_consultation', 'payment')
    const user = { username: 'fresh-cashier', name: 'Juruwang Lama', role: 'cashier' } as const
    const { id: userId } = await did<Named>(0, 'POST', '/api/users', user)
    const who = { ...user, userId, grants: [], mustChangePassword: false }
    const from = { address: '127.0.0.1', userAgent: 'test' }
    const Cookie = `clinic=${(await createSession(desk.deps, who, from)).secret}`
    const line = { version: 0, kind: 'other', description: 'x', quantity: 1, unitPrice: '10.00' }
    await did(0, 'POST', `/api/bills/${visitId}/items`, line)

    type Seen = [string, string, string] | null
    const seen = ({ payments: [paid] }: Pick<Bill, 'payments'>): Seen =>
      paid === undefined ? null : [paid.amount, paid.patient.name, paid.cashier.name]
    const pay: Write<Seen> = async (n) => {
      const { version, balance } = await did<Bill>(n, 'GET', `/api/bills/${visitId}`)
      const body = { visitId, version, balance, tenders: [{ method: 'card', amount: '10.00' }] }
      await did(n, 'POST', '/api/payments', body, { Cookie, 'Idempotency-Key': 'fresh-pay' })
      return ['10.00', 'Canary Dua', 'Juruwang Lama']
    }
    const cashier = `/api/users/${userId}`
    await seesEach<Bill, Seen>(`/api/bills/${visitId}`, seen, [
      pay,
      naming<Seen>(file, 'Canary Tiga', ['10.00', 'Canary Tiga', 'Juruwang Lama']),
      naming<Seen>(cashier, 'Juruwang Baru', ['10.00', 'Canary Tiga', 'Juruwang Baru']),
    ])
    const { day } = rest
    const listed = ({ data }: PaymentList) =>
      seen({ payments: data.filter((payment) => payment.visitId === visitId) })
    const refund: Write<Seen> = async (n) => {
      const { payments } = await did<Bill>(n, 'GET', `/api/bills/${visitId}`)
      const [paid] = payments
      await did(n, 'POST', `/api/payments/${paid?.id}/refund`, { version: paid?.version, reason: 'x' })
      return ['-10.00', 'Canary Empat', 'Desk']
    }
    await seesEach<PaymentList, Seen>(`/api/payments?day=${day}&limit=100`, listed, [
      naming<Seen>(file, 'Canary Empat', ['10.00', 'Canary Empat', 'Juruwang Baru']),
      naming<Seen>(cashier, 'Juruwang Akhir', ['10.00', 'Canary Empat', 'Juruwang Akhir']),
      refund,
    ])
  })
})
