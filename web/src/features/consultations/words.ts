import i18next from 'i18next'
import { formatDay } from '../../lib/format.ts'
import type { Part } from './content.ts'
import type { Content, Diagnosis } from './types.ts'
import { VITALS } from './vitals.ts'

/** A diagnosis in one line. */
export const diagnosisText = ({ code, title, text }: Diagnosis): string =>
  [code, title, text].filter(Boolean).join(' ')

const TELL: Readonly<Record<Part, (content: Content) => string>> = {
  vitals: ({ vitals }) =>
    VITALS.filter(({ name }) => vitals[name] != null)
      .map(({ name, unit }) => `${i18next.t(`consultations.vital.${name}`)} ${vitals[name]} ${unit}`)
      .join(', '),
  subjective: ({ subjective }) => subjective,
  objective: ({ objective }) => objective,
  assessment: ({ assessment }) => assessment,
  plan: ({ plan }) => plan,
  diagnoses: ({ diagnoses }) => diagnoses.map(diagnosisText).join('; '),
  followUp: ({ followUp }) =>
    followUp === null ? '' : [formatDay(followUp.on), followUp.note].filter(Boolean).join(' · '),
  fee: ({ fee }) => (fee === null ? '' : `RM ${fee}`),
  procedures: ({ procedures }) =>
    procedures
      .map(({ description, price, quantity }) => `${description} ${quantity} × RM ${price}`)
      .join('; '),
}

/** A part of a consultation as words; empty where nothing was written. */
export const partText = (part: Part, content: Content): string => TELL[part](content)
