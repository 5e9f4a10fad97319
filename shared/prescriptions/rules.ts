import { type DoseUnit, FORMS, formOf } from './forms.ts'

/** Where a line of a prescription can stand. */
export const LINE_STATUSES = ['ordered', 'prepared', 'handed_over', 'returned', 'cancelled'] as const
/** One of {@link LINE_STATUSES}. */
export type LineStatus = (typeof LINE_STATUSES)[number]

/** What is done to a line. */
export type LineMove = 'prepare' | 'hand-over' | 'return' | 'cancel'

/** From where which move leads where; whatever is not here is refused. */
const TRANSITIONS: Readonly<Record<LineStatus, Partial<Record<LineMove, LineStatus>>>> = {
  ordered: { prepare: 'prepared', cancel: 'cancelled' },
  prepared: { 'hand-over': 'handed_over', return: 'returned' },
  handed_over: { return: 'returned' },
  returned: {},
  cancelled: {},
}

/** Where a move leads from a state, or null where the table has no such move. */
export const lineAfter = (from: LineStatus, move: LineMove): LineStatus | null =>
  TRANSITIONS[from][move] ?? null

/** Lines that the dispensary still has to do something about. */
export const OPEN_LINES = ['ordered', 'prepared'] as const satisfies readonly LineStatus[]

/** Lines that a patient pays for. */
export const CHARGED_LINES = ['ordered', 'prepared', 'handed_over'] as const satisfies readonly LineStatus[]

/** Units a medicine may be dosed in, the usual one first. */
export const doseUnitsOf = (medicine: { form: string | null; unit: string }): DoseUnit[] =>
  Object.keys(FORMS[formOf(medicine)].units) as DoseUnit[]
