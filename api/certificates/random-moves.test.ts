import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { issueCertificate, replaceCertificate, voidCertificate } from '../../shared/certificates/commands.ts'
import { addDays } from '../../shared/units/dates.ts'
import { refusal } from '../queue/testing.ts'
import { type ClinicalApi, startClinicalApi } from './testing.ts'

let api: ClinicalApi
let own: { userId: string }
let other: { userId: string }
beforeAll(async () => {
  api = await startClinicalApi()
  own = { userId: await api.user('doctor', 'doctor') }
  other = { userId: await api.user('doctor', 'other') }
})
afterAll(() => api.close())

/** Everything that a move could leave behind. */
const traces = async () => ({
  certificates: await api.deps.db('medical_certificates').orderBy('id'),
  counter: await api.deps.db('counters').where({ name: 'certificate' }),
  audit: await api.deps.db('audit_entries').whereNot('action', 'like', 'auth.%').count({ n: '*' }),
})

const step = fc.record({
  what: fc.constantFrom('issue', 'void', 'replace'),
  which: fc.nat({ max: 20 }),
  fault: fc.oneof(
    { weight: 4, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constantFrom('stale', 'stranger', 'days') },
  ),
})

it('random moves follow the table, numbers have no gaps, and what is refused leaves no trace', async () => {
  const { deps } = api.services
  const { today } = api
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 15 }), async (steps) => {
      const consultation = await api.consultation()
      const mine: { id: string; version: number; status: string }[] = []
      for (const { what, which, fault } of steps) {
        const before = await traces()
        const who = fault === 'stranger' ? other : own
        const leave = { from: today, to: fault === 'days' ? addDays(today, -1) : today }
        const one = mine[which % Math.max(1, mine.length)]
        let made: { id: string; version: number; status: string } | undefined
        const keep = async (work: Promise<{ id: string; version: number; status: string }>) => {
          made = await work
        }
        let allowed: boolean
        let code: string | null
        if (what === 'issue' || one === undefined) {
          allowed = fault === null || fault === 'stale'
          code = await refusal(keep(issueCertificate(deps, consultation, leave, who)))
          if (made !== undefined) mine.push(made)
        } else {
          const seen = { version: one.version + (fault === 'stale' ? 1 : 0), reason: 'Wrong days' }
          const isPossible =
            one.status === 'issued' && (fault === null || (fault === 'days' && what === 'void'))
          allowed = isPossible
          const work =
            what === 'void'
              ? voidCertificate(deps, one.id, seen, who)
              : replaceCertificate(deps, one.id, { ...seen, ...leave }, who)
          code = await refusal(keep(work))
          if (made !== undefined) Object.assign(one, { status: 'void', version: one.version + 1 })
          if (made !== undefined && what === 'replace') mine.push(made)
        }
        expect(code === null, `${what} ${fault} of ${one?.status}: ${code}`).toBe(allowed)
        if (!allowed) expect(await traces()).toEqual(before)
      }
      const rows = await api.deps
        .db('medical_certificates')
        .orderBy('no')
        .select('id', 'no', 'status', 'version')
      expect(rows.map(({ no }) => no)).toEqual(rows.map((_, n) => n + 1))
      const stored = rows.filter(({ id }) => mine.some((each) => each.id === String(id)))
      expect(stored.map(({ status, version }) => [status, version])).toEqual(
        mine.map(({ status, version }) => [status, version]),
      )
    }),
    { numRuns: 12 },
  )
}, 180_000)
