import type { Deps } from '../deps.ts'
import { clinicNumber } from '../patients/reads.ts'
import { maskName } from '../queue/rules.ts'
import { fromSqlUtc } from '../units/clock.ts'
import { type Claims, encodeCertificate } from './code.ts'
import { presentKey } from './keys.ts'
import type { CertificateRow } from './repository.ts'
import { daysOf } from './rules.ts'
import type { Certificate } from './schema.ts'

/** What a certificate's code says of it. */
export const claimsOfRow = (row: CertificateRow): Claims => ({
  number: row.number,
  from: row.from_on,
  to: row.to_on,
  issuedOn: row.issued_on,
  doctorMmc: row.doctor_mmc,
  patient: maskName(row.patient_name),
})

/** The code of a certificate, under the key that signs now. */
export const codeOf = (deps: Pick<Deps, 'config'>, row: CertificateRow): string =>
  encodeCertificate(claimsOfRow(row), presentKey(deps))

/** A row as staff see it. */
export const viewCertificate = (deps: Pick<Deps, 'config'>, row: CertificateRow): Certificate => ({
  id: row.id,
  number: row.number,
  consultationId: row.consultation_id,
  visitId: row.visit_id,
  patient: { id: row.patient_id, name: row.patient_name, clinicNumber: clinicNumber(row.patient_id) },
  doctor: { id: row.doctor_id, name: row.doctor_name, mmcNumber: row.doctor_mmc },
  from: row.from_on,
  to: row.to_on,
  days: daysOf(row.from_on, row.to_on),
  issuedOn: row.issued_on,
  status: row.status,
  void:
    row.voided_at === null ? null : { at: fromSqlUtc(row.voided_at) ?? '', reason: row.void_reason ?? '' },
  replacedBy: row.replaced_by,
  code: codeOf(deps, row),
  version: row.version,
})
