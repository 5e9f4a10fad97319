import { CONDITION_RULES } from '../../../shared/imports/records/conditions.ts'
import { recordProblem } from '../../../shared/imports/records/problems.ts'
import type { RecordKind, Tally } from '../records/kind.ts'
import { patientsOf, valuesOf } from '../records/referred.ts'
import { Versions } from '../records/unchanged.ts'

const UNKNOWN_PATIENT = [recordProblem('patient_external_id', 'UNKNOWN_PATIENT')]

/** Makes sure that the patients of new conditions are those that were found. */
function tally(): Tally {
  const patients = new Versions()
  return {
    add: (_, _record, { patient_id: id, patient_version: version }) =>
      patients.add(id as string, version as string),
    write: (trx) => patients.hold(trx, 'patients', 'deleted_at is null'),
  }
}

/** Conditions of patients, shown in their files. */
export const conditionsKind: RecordKind = {
  rules: CONDITION_RULES,
  table: 'imported_conditions',
  key: {
    field: 'external_id',
    column: 'external_id',
    perSource: true,
    taken: recordProblem('external_id', 'DUPLICATE_EXTERNAL_ID'),
  },
  others: [],
  columns: [
    { field: 'external_id', column: 'external_id', type: 'text' },
    { field: 'patient_id', column: 'patient_id', type: 'integer' },
    { field: 'recorded_on', column: 'recorded_on', type: 'day' },
    { field: 'code', column: 'code', type: 'text' },
    { field: 'text', column: 'text', type: 'text' },
    { field: 'status', column: 'status', type: 'text' },
  ],
  hasSource: true,
  times: ['created_at', 'updated_at'],
  countedIds: true,
  domains: ['patients'],
  async references(context, candidates) {
    const patients = await patientsOf(context, valuesOf(candidates, 'patient_external_id'))
    return {
      of({ values: { patient_external_id: externalId } }) {
        const patient = externalId == null ? undefined : patients.get(externalId)
        return {
          values: { patient_id: patient?.id ?? null, patient_version: patient?.version ?? null },
          problems: externalId != null && patient === undefined ? UNKNOWN_PATIENT : [],
        }
      },
    }
  },
  quick: { tally },
  used: async () => new Set(),
}
