import type { z } from 'zod'
import type { patientHistory } from '../../../../shared/consultations/history/schema.ts'
import type { templateList } from '../../../../shared/consultations/templates/schema.ts'

export type {
  Consultation,
  ConsultationList,
  Content,
  ContentInput,
  Diagnosis,
  SignInput,
  StartInput,
  VersionList,
  Vitals,
} from '../../../../shared/consultations/schema.ts'
export type { Icd10Found } from '../../../../shared/icd10/schema.ts'

export type History = z.infer<typeof patientHistory>
export type PastVisit = History['data'][number]
export type Template = z.infer<typeof templateList>['data'][number]

/** The four parts of a note, in the order in which they are written. */
export const NOTE_PARTS = ['subjective', 'objective', 'assessment', 'plan'] as const
export type NotePart = (typeof NOTE_PARTS)[number]
