import type { Section } from './rights.ts'

/** One patient's file as its JSON has it: instants ISO 8601 in UTC, days `YYYY-MM-DD`, money RM as decimal text. */
export interface PatientRecord {
  about: {
    madeAt: string
    clinic: { name: string; address: string; phone: string; registration: string }
    included: Section[]
    /** Sections that whoever asked may not see. */
    leftOut: Section[]
  }
  person: Person
  visits: Visit[]
  consultations?: Consultation[]
  conditions?: Condition[]
  prescriptions?: Prescribed[]
  certificates?: Certificate[]
  letters?: Letter[]
  bills?: Bill[]
  payments?: Payment[]
  appointments?: Appointment[]
  merges: Merge[]
  access?: Access[]
}

export interface Person {
  id: string
  clinicNumber: string
  externalId: string | null
  name: string
  idType: string | null
  idNumber: string | null
  dateOfBirth: string | null
  gender: string | null
  phone: string | null
  email: string | null
  address: string | null
  postcode: string | null
  state: string | null
  company: string | null
  nextOfKin: string | null
  consentOn: string | null
  registeredOn: string | null
  allergies?: string | null
  chronicConditions?: string | null
  medicalHistory?: string | null
  remarks?: string | null
}

export interface Visit {
  visitId: string
  day: string
  doctor: string | null
  number: string | null
  status: string | null
  arrivedAt: string | null
  endedAt: string | null
  reason?: string | null
  /** As the system that it was brought from kept it. */
  imported: null | {
    externalId: string
    mcDays: number
    mcStart: string | null
    total?: string
    notes?: string | null
    diagnosis?: { code: string | null; text: string | null }
  }
}

export interface Consultation {
  visitId: string
  doctor: string
  status: string
  signedAt: string | null
  amendedAt: string | null
  vitals: Record<string, number>
  subjective: string
  objective: string
  assessment: string
  plan: string
  followUp: { on: string; note: string | null } | null
  procedures: { description: string; quantity: number }[]
  diagnoses: { code: string | null; title: string | null; text: string | null; primary: boolean }[]
}

export interface Condition {
  recordedOn: string
  code: string | null
  title: string | null
  text: string | null
  status: string | null
}

export interface Prescribed {
  lineId: string
  visitId: string
  medication: string
  dose: string | null
  frequency: string | null
  durationDays: number | null
  quantity: number
  instructions: { ms: string; en: string } | null
  status: string
  orderedBy: string | null
  orderedAt: string | null
  handedOverAt: string | null
}

export interface Certificate {
  id: string
  number: string
  visitId: string
  doctor: string
  from: string
  to: string
  issuedOn: string
  status: string
}

export interface Letter {
  id: string
  kind: string
  visitId: string
  doctor: string
  recipient: string | null
  body: string
  issuedOn: string
}

export interface Bill {
  billId: string
  visitId: string
  status: string
  /** The bill was for several who came together: the lines are this patient's alone. */
  shared: boolean
  /** Sums of the whole bill; absent where somebody else's name is on it. */
  total?: string
  discount?: string
  paid?: string
  lines: { description: string; quantity: number; amount: string }[]
}

export interface Payment {
  receipt: string | null
  visitId: string
  kind: string
  status: string
  paidOn: string
  amount: string
  methods: { method: string; amount: string; reference: string | null }[]
  by: string | null
}

export interface Appointment {
  startAt: string
  minutes: number
  doctor: string
  reason: string | null
  status: string
}

/** Records of the same person that were put into this one. */
export interface Merge {
  clinicNumber: string
  mergedAt: string
  undoneAt: string | null
}

/** Who looked at or changed the file on a clinic day. */
export interface Access {
  day: string
  by: string
  role: string | null
  action: string
  times: number
}
