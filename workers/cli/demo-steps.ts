import { arriveAppointment, bookAppointment } from '../../shared/appointments/commands.ts'
import { SLOT_MIN } from '../../shared/appointments/rules.ts'
import { pay, setPanel } from '../../shared/billing/commands.ts'
import { getBill } from '../../shared/billing/reads.ts'
import { rmOf, senOf } from '../../shared/billing/rules.ts'
import type { Bill, PaymentInput } from '../../shared/billing/schema.ts'
import { issueCertificate } from '../../shared/certificates/commands.ts'
import { saveDraft, signConsultation, startConsultation } from '../../shared/consultations/commands.ts'
import { contentInput } from '../../shared/consultations/schema.ts'
import type { Deps } from '../../shared/deps.ts'
import { moveLine } from '../../shared/dispensing/commands.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import { writePrescription } from '../../shared/prescriptions/commands.ts'
import type { PrescriptionLine } from '../../shared/prescriptions/schema.ts'
import { moveTicket, queuePatient } from '../../shared/queue/commands.ts'
import type { MoveInput, Ticket } from '../../shared/queue/schema.ts'
import { addDays, clinicDay } from '../../shared/units/dates.ts'
import { DEMO_CASES, type DemoCase } from './demo-cases.ts'
import type { DemoClinic, DemoDoctor } from './demo-setup.ts'
import type { DemoPay, DemoVisit } from './demo-visits.ts'

/** One thing that happens at the clinic, so many minutes before now. */
export interface DemoStep {
  ago: number
  run(): Promise<void>
}

/** What the steps of a day share. */
export interface DemoDay {
  deps: Deps
  clinic: DemoClinic
  /** Ids of medicines by their number. */
  medicines: ReadonlyMap<string, string>
  /** The instant so many minutes ago, as the day's clock has it. */
  at(ago: number): Date
  /** What happened, counted. */
  count(what: string): void
}

const SLOT_MS = SLOT_MIN * 60_000
const NOTE_SEN = 1000
const OVERRIDE = 'Discussed with the patient'

const isTaken = (error: unknown): boolean =>
  error instanceof AppError && (error.code === 'appointment/taken' || error.code === 'rule/broken')

/** An appointment for about the time at which somebody is going to come; null where the doctor has none then. */
async function bookFor(day: DemoDay, visit: DemoVisit, patientId: string, doctor: DemoDoctor) {
  const start = new Date(Math.ceil(day.at(visit.came).getTime() / SLOT_MS) * SLOT_MS).toISOString()
  const input = { patientId, doctorId: doctor.id, start, minutes: 15, reason: visit.reason }
  try {
    const made = await bookAppointment(day.deps, input, { who: day.clinic.staff.desk, own: null })
    day.count('appointments')
    return made
  } catch (error) {
    if (isTaken(error)) return null
    throw error
  }
}

/** One medicine after another is prepared and handed over; with the last one the patient goes on to pay. */
async function handOver({ deps, clinic, count }: DemoDay, lines: readonly PrescriptionLine[]): Promise<void> {
  for (const { id, version } of lines) {
    const prepared = await moveLine(deps, id, { move: 'prepare', version }, clinic.staff.dispenser)
    await moveLine(deps, id, { move: 'hand-over', version: prepared.version }, clinic.staff.dispenser)
    count('medicines handed over')
  }
}

const cashFor = (sen: number): { method: 'cash'; tendered: string } => ({
  method: 'cash',
  tendered: rmOf(Math.ceil(sen / NOTE_SEN) * NOTE_SEN),
})

function tendersFor(bill: Bill, how: DemoPay): PaymentInput['tenders'] {
  if (how === 'cash') return [cashFor(senOf(bill.cashDue))]
  if (how !== 'panel' || bill.panel === null)
    return [{ method: how === 'panel' ? 'card' : how, amount: bill.balance, reference: 'DEMO' }]
  const rest = senOf(bill.balance) - senOf(bill.panel.due)
  const byPanel = { method: 'panel', amount: bill.panel.due } as const
  return rest > 0 ? [byPanel, cashFor(rest)] : [byPanel]
}

async function takePayment({ deps, clinic, count }: DemoDay, visitId: string, how: DemoPay): Promise<void> {
  const who = clinic.staff.cashier
  let { bill } = await getBill(deps, visitId, 'all')
  if (how === 'panel')
    bill = await setPanel(
      deps,
      visitId,
      { version: bill.version, panelId: clinic.panelId, reference: 'DEMO-GL' },
      who,
    )
  const { version, balance } = bill
  // the key says that nobody else could have made this payment
  await pay(deps, { visitId, version, balance, tenders: tendersFor(bill, how) }, who, `demo-${visitId}`)
  count(`bills paid by ${how}`)
}

const MINUTES = { comesIn: 2, writes: 4, signs: 8, leaves: 12, pays: 14 }

/**
 * What happens in one visit, in order, as far as it has got. Each step knows what the ones before it made; run them in
 * the order of their times.
 */
export function stepsOf(day: DemoDay, visit: DemoVisit, patientId: string): DemoStep[] {
  const { deps, clinic, count } = day
  const { came, called = came, upTo, priority, reason } = visit
  const doctor = clinic.doctors[visit.doctor ?? 0]
  const of: DemoCase = DEMO_CASES[visit.of ?? 'cold']
  let booked: Awaited<ReturnType<typeof bookFor>> = null
  let ticket: Ticket
  let consultation: { id: string; version: number }
  let lines: readonly PrescriptionLine[] = []

  const move = async (input: Omit<MoveInput, 'version'>): Promise<void> => {
    ticket = await moveTicket(deps, ticket.id, { ...input, version: ticket.version }, clinic.staff.desk)
  }
  const arrive = async (): Promise<void> => {
    count('tickets')
    if (booked !== null) {
      const arrival = { version: booked.version, priority }
      const writer = { who: clinic.staff.desk, own: null }
      ticket = (await arriveAppointment(deps, booked.id, arrival, writer)).ticket
      return
    }
    const doctorId = visit.upTo === 'waiting' && visit.doctor === undefined ? null : doctor.id
    ticket = await queuePatient(deps, { patientId, doctorId, priority, reason }, clinic.staff.desk)
  }
  const comeIn = async (): Promise<void> => {
    const input = { ticketId: ticket.id, room: doctor.room }
    consultation = (await startConsultation(deps, input, doctor.who)).consultation
  }
  const write = async (): Promise<void> => {
    const { id, version } = consultation
    consultation = await saveDraft(deps, id, version, contentInput.parse(of.note), doctor.who)
    const wanted = of.medicines.flatMap(({ sku, days, ...dosing }) => {
      const medicationId = day.medicines.get(sku)
      return medicationId === undefined
        ? []
        : [{ ...dosing, medicationId, durationDays: days, overrideReason: OVERRIDE }]
    })
    if (wanted.length === 0) return
    lines = (await writePrescription(deps, id, 0, { lines: wanted }, doctor.who)).lines
    count('prescriptions')
  }
  const sign = async (): Promise<void> => {
    const { id, version } = consultation
    await signConsultation(deps, id, { version }, doctor.who)
    count('signed consultations')
    if (visit.leaveDays === undefined) return
    const from = clinicDay(deps.clock.now())
    const leave = { from, to: addDays(from, visit.leaveDays - 1) }
    await issueCertificate(deps, id, leave, doctor.who)
    count('medical certificates')
  }

  const through: DemoStep[] = [
    { ago: called, run: () => move({ to: 'called', doctorId: doctor.id, room: doctor.room }) },
    { ago: called - MINUTES.comesIn, run: comeIn },
    { ago: called - MINUTES.writes, run: write },
    { ago: called - MINUTES.signs, run: sign },
    { ago: called - MINUTES.leaves, run: () => handOver(day, lines) },
    {
      ago: called - MINUTES.pays,
      run: () => takePayment(day, ticket.visitId, visit.pays ?? 'cash'),
    },
  ]
  const far: Record<DemoVisit['upTo'], DemoStep[]> = {
    waiting: [],
    on_hold: [{ ago: called, run: () => move({ to: 'on_hold', reason: 'Comes back with results' }) }],
    called: through.slice(0, 1),
    no_show: [...through.slice(0, 1), { ago: called - MINUTES.leaves, run: () => move({ to: 'no_show' }) }],
    in_consultation: through.slice(0, 3),
    dispensing: through.slice(0, 4),
    payment: through.slice(0, 5),
    completed: through,
  }
  const booking: DemoStep = {
    ago: Number.POSITIVE_INFINITY,
    run: async () => {
      booked = await bookFor(day, visit, patientId, doctor)
    },
  }
  return [...(visit.booked ? [booking] : []), { ago: came, run: arrive }, ...far[upTo]]
}
