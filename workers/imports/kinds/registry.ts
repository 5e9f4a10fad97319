import type { RecordKindName } from '../../../shared/imports/kinds.ts'
import type { RecordKind } from '../records/kind.ts'
import { appointmentsKind } from './appointments.ts'
import { conditionsKind } from './conditions.ts'
import { doctorsKind } from './doctors.ts'
import { icd10Kind } from './icd10.ts'
import { medicationsKind } from './medications.ts'
import { paymentsKind } from './payments.ts'
import { prescriptionsKind } from './prescriptions.ts'
import { usersKind } from './users.ts'
import { visitsKind } from './visits.ts'

/** How the records of each kind but patients are kept: total, so that a kind that nobody can write does not compile. */
export const RECORD_KINDS: Readonly<Record<RecordKindName, RecordKind>> = {
  doctors: doctorsKind,
  medications: medicationsKind,
  icd10: icd10Kind,
  visits: visitsKind,
  prescriptions: prescriptionsKind,
  payments: paymentsKind,
  conditions: conditionsKind,
  appointments: appointmentsKind,
  users: usersKind,
}

/** The kind of that name; undefined for patients, which have a path of their own. */
export const recordKindOf = (name: string | null): RecordKind | undefined =>
  name !== null && Object.hasOwn(RECORD_KINDS, name) ? RECORD_KINDS[name as RecordKindName] : undefined
