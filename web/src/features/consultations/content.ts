import type { Consultation, Content, ContentInput, Diagnosis } from './types.ts'
import { NOTE_PARTS, type NotePart } from './types.ts'
import { readVitals, textsOfVitals, type Vital, type VitalTexts } from './vitals.ts'

/** A procedure as it is typed. */
export interface ProcedureForm {
  description: string
  price: string
  quantity: string
}

/** All that a doctor types, as texts where he types texts. */
export interface Form extends Record<NotePart, string> {
  vitals: VitalTexts
  diagnoses: Diagnosis[]
  followUpOn: string
  followUpNote: string
  fee: string
  procedures: ProcedureForm[]
}

/** The parts of the content, each saved, compared and merged as a whole. */
export const PARTS = ['vitals', ...NOTE_PARTS, 'diagnoses', 'followUp', 'fee', 'procedures'] as const
export type Part = (typeof PARTS)[number]

/** A field that cannot be right as it is typed. */
export type Fault = `vitals.${Vital}` | 'fee' | 'followUpOn' | `procedures.${number}`

export const formOf = (content: Content): Form => ({
  vitals: textsOfVitals(content.vitals),
  subjective: content.subjective,
  objective: content.objective,
  assessment: content.assessment,
  plan: content.plan,
  diagnoses: content.diagnoses,
  followUpOn: content.followUp?.on ?? '',
  followUpNote: content.followUp?.note ?? '',
  fee: content.fee ?? '',
  procedures: content.procedures.map(({ description, price, quantity }) => ({
    description,
    price,
    quantity: String(quantity),
  })),
})

/** `45`, `45.5` and `45.00` as `45.00`; null where it is no amount in RM. */
export function readAmount(text: string): string | null {
  const found = /^(\d{1,6})(?:[.,](\d{1,2}))?$/.exec(text.trim())
  return found ? `${Number(found[1])}.${(found[2] ?? '').padEnd(2, '0')}` : null
}

const MOST_OF_ONE = 99

function readProcedure({ description, price, quantity }: ProcedureForm) {
  const amount = readAmount(price)
  const count = Number(quantity)
  const isRight =
    description.trim() !== '' &&
    amount !== null &&
    Number.isInteger(count) &&
    count >= 1 &&
    count <= MOST_OF_ONE
  return isRight ? { description: description.trim(), price: amount, quantity: count } : null
}

const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text)

/** What was typed as the API takes it, without the parts that cannot be right yet, and which fields those are. */
export function readForm(form: Form): { content: Partial<Content>; faults: Fault[] } {
  const faults: Fault[] = []
  const content: Partial<Content> = { diagnoses: form.diagnoses }
  for (const part of NOTE_PARTS) content[part] = form[part]
  const read = readVitals(form.vitals)
  faults.push(...read.faults.map((name): Fault => `vitals.${name}`))
  if (read.faults.length === 0) content.vitals = read.vitals
  const fee = readAmount(form.fee)
  if (form.fee.trim() === '' || fee !== null) content.fee = fee
  else faults.push('fee')
  if (form.followUpOn === '') content.followUp = null
  else if (isDay(form.followUpOn))
    content.followUp = { on: form.followUpOn, note: form.followUpNote.trim() || null }
  else faults.push('followUpOn')
  const procedures = form.procedures.map(readProcedure)
  procedures.forEach((one, n) => {
    if (one === null) faults.push(`procedures.${n}`)
  })
  if (!procedures.includes(null)) content.procedures = procedures.filter((one) => one !== null)
  return { content, faults }
}

const sorted = (value: unknown): unknown =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .filter(([, one]) => one != null)
          .sort(([a], [b]) => (a < b ? -1 : 1)),
      )
    : value

/** Whether two states of a part say the same; titles of codes are the server's to add. */
export function isSame(part: Part, a: Partial<Content>, b: Partial<Content>): boolean {
  const told = (content: Partial<Content>): unknown =>
    part === 'diagnoses'
      ? content.diagnoses?.map(({ code, text, primary }) => [code, text, primary])
      : sorted(content[part])
  return JSON.stringify(told(a)) === JSON.stringify(told(b))
}

/** The parts in which what was typed differs from a state of the server; what cannot be right is left out. */
export const changedParts = (read: Partial<Content>, base: Content): Part[] =>
  PARTS.filter((part) => part in read && !isSame(part, read, base))

/** The changed parts as the API takes them. */
export function changesOf(read: Partial<Content>, base: Content): ContentInput {
  const parts = changedParts(read, base).map((part) => [
    part,
    part === 'diagnoses'
      ? read.diagnoses?.map(({ code, text, primary }) => ({ code, text, primary }))
      : read[part],
  ])
  return Object.fromEntries(parts) as ContentInput
}

/** The fields of the form that make up a part. */
const FIELDS: Readonly<Partial<Record<Part, readonly (keyof Form)[]>>> = {
  followUp: ['followUpOn', 'followUpNote'],
}

/** The form with some parts as another state has them. */
export function withParts(form: Form, parts: readonly Part[], from: Content): Form {
  const theirs = formOf(from)
  const fields = parts.flatMap((part) => FIELDS[part] ?? [part as keyof Form])
  return { ...form, ...Object.fromEntries(fields.map((field) => [field, theirs[field]])) }
}

/** What two people did to one text since they last agreed. */
export interface Merge {
  /** What I typed, with what only the other one changed. */
  form: Form
  /** Changed by the other one alone: taken over. */
  taken: Part[]
  /** Changed by both: mine stands in the form until I say otherwise. */
  clashing: Part[]
}

/** Joins what was typed since `base` with the present state, part by part. */
export function mergeForm(form: Form, base: Content, now: Content): Merge {
  const { content } = readForm(form)
  // what cannot be right yet was typed by me all the same
  const mine = PARTS.filter((part) => !(part in content) || !isSame(part, content, base))
  const theirs = PARTS.filter((part) => !isSame(part, base, now))
  const taken = theirs.filter((part) => !mine.includes(part))
  const clashing = theirs.filter((part) => mine.includes(part) && !isSame(part, content, now))
  return { form: withParts(form, taken, now), taken, clashing }
}

export const contentOf = (consultation: Consultation): Content => ({
  vitals: consultation.vitals,
  subjective: consultation.subjective,
  objective: consultation.objective,
  assessment: consultation.assessment,
  plan: consultation.plan,
  diagnoses: consultation.diagnoses,
  followUp: consultation.followUp,
  fee: consultation.fee,
  procedures: consultation.procedures,
})
