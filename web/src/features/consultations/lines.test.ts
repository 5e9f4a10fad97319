import { describe, expect, it } from 'vitest'
import type { Ticket } from '../queue/types.ts'
import { chronicOf, favouritesOf } from './known.ts'
import { linesFor, walkOf } from './lines.ts'
import { afterAnswer, afterClash, type Line, linesOf } from './prescription/lines.ts'
import { readSig } from './prescription/sig.ts'
import type { Prescription, PrescriptionLine } from './prescription/types.ts'
import type { ConsultationList, PastVisit } from './types.ts'

const ticket = (id: string, status: Ticket['status'], doctorId: string | null): Ticket =>
  ({ id, status, doctorId, order: [1, Number(id)] }) as unknown as Ticket

const ordered = (id: string, medicationId: string): PrescriptionLine =>
  ({ id, medicationId, dose: 1, frequency: 'OD', status: 'ordered' }) as unknown as PrescriptionLine
const prescription = (...lines: PrescriptionLine[]): Prescription =>
  ({ lines, version: 1 }) as unknown as Prescription

describe('the doctor’s lines', () => {
  it('part the board into mine, shared and elsewhere; who was called comes first', () => {
    const board = [
      ticket('1', 'waiting', '7'),
      ticket('2', 'called', '7'),
      ticket('3', 'waiting', null),
      ticket('4', 'in_consultation', '7'),
      ticket('5', 'in_consultation', '8'),
      ticket('6', 'dispensing', '7'),
      ticket('8', 'waiting', '8'),
    ]
    const lines = linesFor(board, '7')
    expect(walkOf(lines).map(({ id }) => id)).toEqual(['4', '2', '1', '3'])
    expect(lines.elsewhere.map(({ id }) => id)).toEqual(['5'])
    expect(linesFor(board, null).own).toEqual([])
  })
})

describe('what is known of patient and doctor', () => {
  const diagnosis = (code: string) => ({ code, title: code, text: null, primary: true })

  it('finds what stays with a patient among the diagnoses of the past', () => {
    const visits = [
      { diagnoses: [diagnosis('J00'), diagnosis('E11.9')] },
      { diagnoses: [diagnosis('E11.9')] },
    ]
    expect(chronicOf(visits as unknown as PastVisit[]).map(({ code }) => code)).toEqual(['E11.9'])
  })

  it('offers the codes that a doctor uses most', () => {
    const own = {
      data: [
        { diagnoses: [diagnosis('J00')] },
        { diagnoses: [diagnosis('J06.9')] },
        { diagnoses: [diagnosis('J06.9')] },
      ],
    }
    expect(favouritesOf(own as unknown as ConsultationList).map(({ code }) => code)).toEqual(['J06.9', 'J00'])
    expect(favouritesOf(undefined)).toEqual([])
  })
})

describe('a sig', () => {
  it('is read as it is written on paper', () => {
    expect(readSig('2 tds 5/7')).toEqual({ dose: '2', frequency: 'TDS', days: '5' })
    expect(readSig('½ bid 2/52')).toEqual({ dose: '0.5', frequency: 'BD', days: '14' })
    expect(readSig('10 on 1/12')).toEqual({ dose: '10', frequency: 'ON', days: '30' })
    expect(readSig('1 stat')).toEqual({ dose: '1', frequency: 'STAT', days: null })
    for (const other of ['2', '2 often', '2 tds soon', 'x tds 3', '1 tds 3 days'])
      expect(readSig(other)).toBeNull()
  })
})

describe('the lines of a prescription', () => {
  const fresh = (key: string, medicationId: string): Line => ({
    key,
    input: { medicationId, dose: 1, frequency: 'OD' },
  })

  it('keep what was changed while an answer was under way', () => {
    const sent = [fresh('a', '1'), fresh('b', '2')]
    const now: Line[] = [
      sent[0] as Line,
      { key: 'b', input: { medicationId: '2', dose: 2, frequency: 'OD' } },
      fresh('c', '3'),
    ]
    const after = afterAnswer(now, sent, prescription(ordered('11', '1'), ordered('12', '2')))
    expect(after.map(({ input }) => [input.id, input.dose])).toEqual([
      ['11', 1],
      ['12', 2],
      [undefined, 1],
    ])
  })

  it('join what was added here with what stands there after a clash', () => {
    const mine = [...linesOf(prescription(ordered('11', '1'))), fresh('c', '3')]
    const after = afterClash(mine, prescription(ordered('12', '2')))
    expect(after.map(({ input }) => input.medicationId)).toEqual(['2', '3'])
  })
})
