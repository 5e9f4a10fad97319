import type { LineInput, Prescription, PrescriptionLine, Warning } from './types.ts'

/** A line as it is shown: what is ordered, and what the server said of it last. */
export interface Line {
  key: string
  input: LineInput
  /** As the server has it; absent until it was answered. */
  known?: PrescriptionLine
  /** What speaks against it as long as no reason is given. */
  open?: Warning[]
  /** What is wrong with it, as the server says. */
  fault?: string
}

/** What a line says, ready to be sent again. */
export const inputOf = (line: PrescriptionLine): LineInput => ({
  id: line.id,
  medicationId: line.medicationId,
  dose: line.dose,
  doseUnit: line.doseUnit,
  route: line.route,
  frequency: line.frequency,
  timing: line.timing,
  asNeeded: line.asNeeded,
  maxPerDay: line.maxPerDay,
  durationDays: line.durationDays,
  quantity: line.quantity,
  note: line.note,
  overrideReason: line.overrideReason,
})

const STANDS = new Set(['ordered', 'prepared', 'handed_over'])
/** Lines that are still to be had; those taken off or brought back are history. */
export const standing = ({ lines }: Prescription): PrescriptionLine[] =>
  lines.filter(({ status }) => STANDS.has(status))

export const linesOf = (prescription: Prescription): Line[] =>
  standing(prescription).map((known) => ({ key: known.id, input: inputOf(known), known }))

const sameInput = (a: LineInput, b: LineInput): boolean => JSON.stringify(a) === JSON.stringify(b)

/** The lines on the page after an answer: in the order sent; what was changed meanwhile keeps the change. */
export function afterAnswer(now: readonly Line[], sent: readonly Line[], answer: Prescription): Line[] {
  const answered = standing(answer)
  return now.map((line) => {
    const n = sent.findIndex(({ key }) => key === line.key)
    const known = n === -1 ? undefined : answered[n]
    if (known === undefined) return line
    const wasSent = sameInput(sent[n]?.input ?? line.input, line.input)
    return { key: line.key, input: wasSent ? inputOf(known) : { ...line.input, id: known.id }, known }
  })
}

/** The present prescription with the lines that were added here and never arrived. */
export const afterClash = (now: readonly Line[], present: Prescription): Line[] => [
  ...linesOf(present),
  ...now.filter(({ input }) => input.id === undefined),
]

interface OpenWarning {
  line: number
  warnings: Warning[]
}

/** The lines with what speaks against them. */
export const withWarnings = (
  lines: readonly Line[],
  sent: readonly Line[],
  open: readonly OpenWarning[],
): Line[] =>
  lines.map((line) => {
    const n = sent.findIndex(({ key }) => key === line.key)
    const found = open.find((one) => one.line === n)
    return found === undefined ? line : { ...line, open: found.warnings }
  })

/** The lines with the faults that the server named, by their place. */
export const withFaults = (
  lines: readonly Line[],
  sent: readonly Line[],
  errors: readonly { path: string; message: string }[],
): Line[] =>
  lines.map((line) => {
    const n = sent.findIndex(({ key }) => key === line.key)
    const fault = errors.find(({ path }) => path.startsWith(`lines.${n}.`))
    return fault === undefined ? line : { ...line, fault: fault.path.split('.')[2] ?? '' }
  })
