import { type AuditEntry, toAuditRow } from '../audit/entry.ts'
import type { Knex } from '../db/connect.ts'
import { type Once, onceInsertion } from '../db/idempotency.ts'
import { inOneTrip } from '../db/one-trip.ts'
import { newId } from '../units/ids.ts'
import { voiding } from './repository.ts'
import { NUMBER_MIN_DIGITS, NUMBER_PREFIX } from './rules.ts'

/** Everything that stands on a new certificate but its number. */
export interface Draft {
  consultation_id: string
  visit_id: string
  patient_id: string
  doctor_id: string
  patient_name: string
  patient_id_number: string | null
  doctor_name: string
  doctor_mmc: string
  /** The picture that the doctor signs with. */
  signature_id: string | null
  from_on: string
  to_on: string
  issued_on: string
  issued_at: string
}

/** A certificate, locked before, that the new one stands in for. */
export interface Replaced {
  id: string
  reason: string
  by: string
  audit: AuditEntry
}

export interface Issue {
  draft: Draft
  audit: AuditEntry
  once: Once | undefined
  replaced: Replaced | undefined
}

/** Kind of the thing that a request under an `Idempotency-Key` made. */
export const CERTIFICATE = 'certificate'

const COUNT = "update counters set value = value + 1 where name = 'certificate'"
const READ = "select value into n from counters where name = 'certificate'"
const SHOW = "set shown = concat(?, lpad(n, greatest(?, char_length(n)), '0'))"

/**
 * Writes a certificate in one round trip; answers its id. The counter is raised on the server itself, so nothing waits
 * for this process while it is locked, and a number is given exactly when its certificate is: commit right after.
 */
export async function giveNumber(trx: Knex.Transaction, issue: Issue): Promise<string> {
  const { draft, audit, once, replaced } = issue
  const certificate = trx.raw('certificate')
  const row = { ...draft, no: trx.raw('n'), number: trx.raw('shown'), status: 'issued' }
  const at = draft.issued_at
  const recorded = (entry: AuditEntry, id: Knex.Raw | string) =>
    trx('audit_entries').insert({ ...toAuditRow(entry, newId(), at), entity_id: id })
  const given = await inOneTrip<{ id: string | number }>(
    trx,
    'certificates.give-number',
    ['n bigint unsigned', 'shown varchar(16) character set ascii', 'certificate bigint unsigned'],
    [
      COUNT,
      READ,
      trx.raw(SHOW, [NUMBER_PREFIX, NUMBER_MIN_DIGITS]),
      trx('medical_certificates').insert(row),
      'set certificate = last_insert_id()',
      recorded(audit, trx.raw('concat(certificate)')),
      ...(replaced === undefined
        ? []
        : [
            voiding(trx, replaced.id, { ...replaced, at, replacedBy: certificate }),
            recorded(replaced.audit, replaced.id),
          ]),
      ...(once === undefined ? [] : [onceInsertion(trx, once, CERTIFICATE, certificate)]),
      'select certificate as id',
    ],
  )
  return String(given.id)
}
