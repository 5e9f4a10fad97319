import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type DispensingStep, moveLine } from '../../shared/dispensing/commands.ts'
import { writePrescription } from '../../shared/prescriptions/commands.ts'
import { type LineStatus, lineAfter } from '../../shared/prescriptions/rules.ts'
import type { PrescriptionLine } from '../../shared/prescriptions/schema.ts'
import { tablets } from '../prescriptions/testing.ts'
import { refusal } from '../queue/testing.ts'
import { type DispensingApi, startDispensingApi } from './testing.ts'

let api: DispensingApi
let medicines: string[]
let pharmacist: { userId: string }
let doctor: { userId: string }

beforeAll(async () => {
  api = await startDispensingApi()
  medicines = []
  for (let n = 0; n < 4; n++) {
    const { id } = await api.medicine()
    await api.receive(id, 10_000)
    medicines.push(id)
  }
  pharmacist = { userId: await api.user('pharmacist') }
  doctor = { userId: await api.user('doctor', 'lim') }
})
afterAll(() => api.close())

const COUNTED = ['stock_movements', 'ticket_moves', 'outbox_events', 'audit_entries']
/** Everything that a step on a visit could leave behind. */
const traces = async (visitId: string) => {
  const counts = COUNTED.map((table) => `(select count(*) from ${table}) as ${table}`).join(', ')
  const [[counted]] = await api.deps.db.raw(`select ${counts}`)
  return {
    lines: await api.deps.db('prescription_lines').where({ visit_id: visitId }).orderBy('id'),
    head: await api.deps.db('prescriptions').where({ visit_id: visitId }),
    ticket: await api.deps.db('tickets').where({ visit_id: visitId }),
    levels: await api.deps.db('stock_levels').orderBy('medication_id'),
    counted,
  }
}

const move = fc.record({
  what: fc.constantFrom('prepare', 'hand-over', 'return'),
  line: fc.nat({ max: 5 }),
  restock: fc.boolean(),
  stale: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
})
const order = fc.record({
  what: fc.constant('order'),
  dropped: fc.nat({ max: 3 }),
  changed: fc.nat({ max: 3 }),
  adds: fc.boolean(),
  stale: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
})
const step = fc.oneof({ weight: 4, arbitrary: move }, { weight: 1, arbitrary: order })

/** Statuses that keep a line from being changed or left out. */
const HELD: readonly string[] = ['prepared', 'handed_over']

it('random steps and orders follow the tables; what is refused leaves no trace, and the books agree', async () => {
  const { deps } = api.services
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 25 }), async (steps) => {
      const { consultation } = await api.ordered(medicines.slice(0, 3).map((id) => tablets(id)))
      const { id, visitId, ticketId } = consultation
      const read = async () =>
        (await api.call('get', `/api/consultations/${id}/prescription`, api.lim.cookie)).body as {
          version: number
          lines: PrescriptionLine[]
        }
      for (const each of steps) {
        const seen = await read()
        const before = await traces(visitId)
        let allowed: boolean
        let work: Promise<unknown>
        if (each.what === 'order' && 'dropped' in each) {
          const isSameLine = (n: number) => n !== each.dropped && n !== each.changed
          const sent = seen.lines.flatMap((line, n) =>
            n === each.dropped
              ? []
              : [
                  tablets(line.medicationId, {
                    id: line.id,
                    durationDays: isSameLine(n) ? days(line) : days(line) + 1,
                  }),
                ],
          )
          const free = medicines.find((one) => !seen.lines.some(({ medicationId }) => medicationId === one))
          const added = each.adds && free !== undefined ? [tablets(free)] : []
          const touched = seen.lines.filter((_, n) => !isSameLine(n))
          const isHeld = seen.lines.some(
            ({ status }, n) =>
              (n === each.dropped && HELD.includes(status)) ||
              (n === each.changed && n !== each.dropped && status !== 'ordered'),
          )
          const [ticket] = before.ticket
          const isOpen = ['in_consultation', 'dispensing'].includes(ticket.status)
          allowed = !each.stale && isOpen && !isHeld && sent.length + added.length > 0
          // nothing to say is no order at all
          if (sent.length + added.length === 0) continue
          expect(touched.length).toBeLessThanOrEqual(2)
          const version = seen.version + (each.stale ? 1 : 0)
          work = writePrescription(deps, id, version, { lines: [...sent, ...added] as never }, doctor)
        } else {
          const wanted = each as { what: string; line: number; restock: boolean; stale: boolean }
          const line = seen.lines[wanted.line % Math.max(1, seen.lines.length)]
          if (line === undefined) continue
          const version = line.version + (wanted.stale ? 1 : 0)
          const how = wanted.what as DispensingStep['move']
          allowed = !wanted.stale && lineAfter(line.status as LineStatus, how) !== null
          const body: DispensingStep =
            how === 'return'
              ? { move: how, version, reason: 'Brought back', restock: wanted.restock }
              : { move: how, version }
          work = moveLine(deps, line.id, body, pharmacist)
        }
        const code = await refusal(work)
        expect(code === null, `${JSON.stringify(each)}: ${code}`).toBe(allowed)
        if (!allowed) {
          expect(code).toMatch(/^state\/(version|conflict)$/)
          expect(await traces(visitId)).toEqual(before)
        }
      }
      expect(ticketId).not.toBeNull()
      for (const medicine of medicines) {
        const { level, batches, moved } = await api.books(medicine)
        expect([batches, moved]).toEqual([level, level])
      }
    }),
    { numRuns: 10 },
  )
}, 240_000)

const days = (line: PrescriptionLine): number => line.durationDays ?? 5
