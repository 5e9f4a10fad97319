import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { closeShift, openShift } from '../../shared/shifts/commands.ts'
import { type QueueApi, refusal, startQueueApi } from '../queue/testing.ts'

let api: QueueApi
let cashiers: string[]
beforeAll(async () => {
  api = await startQueueApi()
  cashiers = [await api.user('cashier'), await api.user('cashier', 'second')]
})
afterAll(() => api.close())

/** Everything that a move could leave behind. */
const traces = async () => ({
  shifts: await api.deps.db('shifts').orderBy('id'),
  audit: await api.deps.db('audit_entries').whereNot('action', 'like', 'auth.%').count({ n: '*' }),
})

const step = fc.record({
  what: fc.constantFrom('open', 'close'),
  by: fc.nat({ max: 1 }),
  whose: fc.nat({ max: 1 }),
  /** Whether the closing one may close everybody's. */
  sees: fc.constantFrom('own', 'all'),
  stale: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
})

it('random openings and closings: one open shift each, none closed twice; what is refused leaves no trace', async () => {
  const { deps } = api.services
  const last = new Map<string, { id: string; version: number; isOpen: boolean }>()
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 20 }), async (steps) => {
      for (const { what, by, whose, sees, stale } of steps) {
        const before = await traces()
        const userId = cashiers[by] as string
        const owner = what === 'open' ? userId : (cashiers[whose] as string)
        const shift = last.get(owner)
        if (what === 'close' && shift === undefined) continue
        let code: string | null
        let allowed: boolean
        if (what === 'open') {
          allowed = shift?.isOpen !== true
          let id = ''
          const work = openShift(deps, { float: '100.00' }, { userId }).then((made) => {
            id = made.id
          })
          code = await refusal(work)
          if (allowed) last.set(owner, { id, version: 1, isOpen: true })
        } else {
          const { id, version, isOpen } = shift as { id: string; version: number; isOpen: boolean }
          allowed = isOpen && !stale && (sees === 'all' || owner === userId)
          const input = { version: version + (stale ? 1 : 0), counted: { cash: '99.50' } }
          const scope = { own: sees === 'all' ? null : userId }
          code = await refusal(closeShift(deps, id, input, { userId }, scope))
          if (allowed) last.set(owner, { id, version: version + 1, isOpen: false })
        }
        expect(code === null, `${what} ${JSON.stringify(shift)}: ${code}`).toBe(allowed)
        if (!allowed) expect(await traces()).toEqual(before)
      }
      const open = await api.deps.db('shifts').whereNotNull('open_user_id').pluck('open_user_id')
      const expected = cashiers.filter((each) => last.get(each)?.isOpen)
      expect(open.map(String).sort()).toEqual(expected.sort())
    }),
    { numRuns: 20 },
  )
}, 120_000)
