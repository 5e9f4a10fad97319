import { describe, expect, it } from 'vitest'
import { byVisit, inOrder, withLine } from './groups.ts'
import type { DispensingItem } from './types.ts'

const line = (id: string, visitId: string, more: Partial<DispensingItem> = {}): DispensingItem =>
  ({
    id,
    visitId,
    patient: { id: visitId, name: `P${visitId}`, clinicNumber: `C${visitId}` },
    ticket: { id: visitId, number: `A${visitId}`, status: 'dispensing' },
    status: 'ordered',
    version: 1,
    ...more,
  }) as DispensingItem

describe('the work of the dispensary', () => {
  it('stands by visit, those at the counter first, in the order in which it came', () => {
    const away = { ticket: { id: '2', number: 'A2', status: 'completed' } }
    const groups = byVisit([line('1', '2', away), line('2', '3'), line('3', '2', away), line('4', '1')])
    const { here, elsewhere } = inOrder(groups)
    expect(here.map(({ visitId }) => visitId)).toEqual(['3', '1'])
    expect(elsewhere.map((group) => [group.visitId, group.lines.map(({ id }) => id)])).toEqual([
      ['2', ['1', '3']],
    ])
  })

  it('takes a line over unless a newer one is known, and its ticket for all of it', () => {
    const lines = [line('1', '1'), line('2', '1', { version: 3 }), line('3', '2')]
    const paid = { id: '1', number: 'A1', status: 'payment' }
    const next = withLine(lines, line('1', '1', { version: 2, status: 'handed_over', ticket: paid }))
    expect(next.map(({ version, status, ticket }) => [version, status, ticket?.status])).toEqual([
      [2, 'handed_over', 'payment'],
      [3, 'ordered', 'payment'],
      [1, 'ordered', 'dispensing'],
    ])
    expect(withLine(lines, line('2', '1', { version: 2 }))[1]?.version).toBe(3)
  })
})
