import { DOCTOR_RULES } from '../../../shared/imports/records/doctors.ts'
import { recordProblem } from '../../../shared/imports/records/problems.ts'
import type { RecordKind } from '../records/kind.ts'
import { referredTo } from '../records/used.ts'

/** Doctors are matched by their code. */
export const doctorsKind: RecordKind = {
  rules: DOCTOR_RULES,
  table: 'doctors',
  key: {
    field: 'doctor_code',
    column: 'code',
    perSource: false,
    taken: recordProblem('doctor_code', 'DUPLICATE_DOCTOR_CODE'),
  },
  others: [
    {
      field: 'mmc_number',
      column: 'mmc_number',
      perSource: false,
      taken: recordProblem('mmc_number', 'DUPLICATE_MMC_NUMBER'),
    },
  ],
  columns: [
    { field: 'doctor_code', column: 'code', type: 'text' },
    { field: 'name', column: 'name', type: 'text' },
    { field: 'specialty', column: 'specialty', type: 'text' },
    { field: 'mmc_number', column: 'mmc_number', type: 'text' },
    { field: 'apc_number', column: 'apc_number', type: 'text' },
    { field: 'room', column: 'room', type: 'text' },
  ],
  constants: { working_hours: '{}' },
  hasSource: false,
  times: ['created_at', 'updated_at'],
  domains: ['doctors'],
  quick: {},
  used: (trx, ids) => referredTo(trx, 'doctors', ids),
}
