import { importedVisitFigures } from '../../../shared/dashboard/commands.ts'
import type { Knex } from '../../../shared/db/connect.ts'
import { recordProblem } from '../../../shared/imports/records/problems.ts'
import { senOfText } from '../../../shared/imports/records/values.ts'
import { VISIT_RULES } from '../../../shared/imports/records/visits.ts'
import type { BulkInsert } from '../load-data.ts'
import { toColumn } from '../records/columns.ts'
import { FigureSums } from '../records/figures.ts'
import type { Candidate, Context, Effect, Looking, RecordKind, References, Tally } from '../records/kind.ts'
import { idsBy, patientsOf, valuesOf } from '../records/referred.ts'
import { Versions } from '../records/unchanged.ts'
import { referredTo } from '../records/used.ts'

const UNKNOWN_PATIENT = [recordProblem('patient_external_id', 'UNKNOWN_PATIENT')]
const UNKNOWN_DOCTOR = [recordProblem('doctor_code', 'UNKNOWN_DOCTOR')]
const VISIT_BEFORE_BIRTH = [recordProblem('visit_at', 'VISIT_BEFORE_BIRTH')]
const OVERPAYMENT = [recordProblem('total_amount', 'OVERPAYMENT')]

/** What imported payments have paid of stored visits, in sen. */
async function paidOf(
  { trx, source, isHeld }: Looking,
  externalIds: readonly string[],
): Promise<Map<string, number>> {
  // a guess is made of new visits only, of which nothing is paid yet
  if (externalIds.length === 0 || !isHeld) return new Map()
  const rows = (await trx('imported_visits')
    .comment('imports.paid-of')
    .where({ source })
    .whereIn('external_id', [...externalIds])
    .where('paid_sen', '>', 0)
    .select('external_id', 'paid_sen')) as { external_id: string; paid_sen: number }[]
  return new Map(rows.map(({ external_id, paid_sen }) => [external_id, Number(paid_sen)]))
}

async function references(context: Looking, candidates: readonly Candidate[]): Promise<References> {
  const patients = await patientsOf(context, valuesOf(candidates, 'patient_external_id'))
  const doctors = await idsBy(context.trx, 'doctors', 'code', valuesOf(candidates, 'doctor_code'))
  const paid = await paidOf(context, valuesOf(candidates, 'external_id'))
  return {
    of({ values }) {
      const { patient_external_id: patientId, doctor_code: doctorCode, visited_on: visitedOn } = values
      // without a value the row has been told so already
      const patient = patientId == null ? undefined : patients.get(patientId)
      const birth = patient?.dateOfBirth ?? null
      const doctorId = doctorCode == null ? undefined : doctors.get(doctorCode)
      return {
        values: {
          patient_id: patient?.id ?? null,
          patient_version: patient?.version ?? null,
          doctor_id: doctorId ?? null,
        },
        problems: [
          ...(patientId != null && patient === undefined ? UNKNOWN_PATIENT : []),
          ...(birth !== null && visitedOn != null && visitedOn < birth ? VISIT_BEFORE_BIRTH : []),
          ...(doctorCode != null && doctorId === undefined ? UNKNOWN_DOCTOR : []),
        ],
      }
    },
    admit: (after) =>
      senOfText(after.total_amount ?? null) < (paid.get(after.external_id ?? '') ?? 0) ? OVERPAYMENT : [],
  }
}

const diagnosesOf = (
  ids: 'in (?)' | 'between ? and ?',
) => `/* imports.diagnoses */ insert into diagnoses (visit_id, position, code, text, is_primary)
  select v.id, 0, i.diagnosis_code, i.diagnosis_text, 1
  from imported_visits i join visits v on v.imported_id = i.id
  where i.id ${ids} and i.status = 'completed' and (i.diagnosis_code is not null or i.diagnosis_text is not null)`

const REFERRED = `join patients p on p.source = i.source and p.external_id = i.patient_external_id
  left join patient_merges m on m.merged_id = p.id and m.live = 1
  left join doctors d on d.code = i.doctor_code`

/** Histories and reports read visits and their diagnoses, wherever these come from. */
async function follow({ trx }: Context, effects: readonly Effect[]): Promise<void> {
  const idsWhere = (is: (effect: Effect) => boolean) => effects.filter(is).map(({ id }) => id)
  const made = idsWhere(({ before }) => before === null)
  const changed = idsWhere(({ before, after }) => before !== null && after !== null)
  const gone = idsWhere(({ after }) => after === null)
  const stale = [...changed, ...gone]
  if (stale.length > 0) await removeDiagnoses(trx, stale)
  if (gone.length > 0) await trx('visits').whereIn('imported_id', gone).delete()
  if (made.length > 0)
    await trx.raw(
      `/* imports.visits */ insert into visits (patient_id, visited_on, doctor_id, created_at, imported_id)
       select ifnull(m.survivor_id, p.id), i.visited_on, d.id, i.visit_at, i.id
       from imported_visits i ${REFERRED} where i.id in (?)`,
      [made],
    )
  if (changed.length > 0)
    await trx.raw(
      `/* imports.visits-changed */ update visits v join imported_visits i on i.id = v.imported_id ${REFERRED}
       set v.patient_id = ifnull(m.survivor_id, p.id), v.visited_on = i.visited_on, v.doctor_id = d.id,
         v.created_at = i.visit_at, v.version = v.version + 1
       where i.id in (?)`,
      [changed],
    )
  const written = [...made, ...changed]
  if (written.length === 0) return
  await trx.raw(diagnosesOf('in (?)'), [written])
  await importedVisitFigures(trx, written, 1)
}

const VISIT_COLUMNS = ['patient_id', 'visited_on', 'doctor_id', 'created_at', 'imported_id'] as const
const COMPLETED = 'completed'
const MALAYSIA_H = 8
const DAY_H = 24
/** The Malaysian hour (`09`) of an instant in ISO 8601. */
const hourOf = (at: string): string =>
  String((Number(at.slice(11, 13)) + MALAYSIA_H) % DAY_H).padStart(2, '0')

/** What follows from new visits, gathered beforehand: the same as {@link follow} makes of them. */
function tally(insert: BulkInsert): Tally {
  const patients = new Versions()
  const figures = new FigureSums()
  const text = insert.text()
  return {
    add(id, record, { patient_id: patientId, patient_version: version, doctor_id: doctor }) {
      const day = record.visited_on as string
      const at = record.visit_at as string
      const doctorId = doctor ?? '0'
      const status = record.status ?? COMPLETED
      patients.add(patientId as string, version as string)
      text.plain(patientId as string)
      text.cell(day)
      text.cell(doctor ?? null)
      text.cell(toColumn('instant', at))
      text.plain(id)
      text.endRow()
      figures.add('visits', day, doctorId, status, 1)
      figures.add('arrivals', day, doctorId, hourOf(at), 1)
      const code = record.diagnosis_code
      if (status === COMPLETED && code != null) figures.add('diagnoses', day, doctorId, code, 1)
    },
    async write(trx, own, { first, last }) {
      await patients.hold(trx, 'patients', 'deleted_at is null')
      await own.write(trx, 'visits', VISIT_COLUMNS, text)
      await trx.raw(diagnosesOf('between ? and ?'), [first, last])
      await figures.write(trx, own)
    },
  }
}

const removeDiagnoses = (trx: Knex.Transaction, ids: readonly string[]) =>
  trx.raw('delete g from diagnoses g join visits v on v.id = g.visit_id where v.imported_id in (?)', [
    ids as string[],
  ])

/** Visits whose payments, prescriptions or later work name them. */
async function used(trx: Knex.Transaction, ids: readonly string[]): Promise<Set<string>> {
  const found = await referredTo(trx, 'imported_visits', ids, ['visits'])
  const rows = (await trx('visits')
    .whereIn('imported_id', [...ids])
    .select('id', 'imported_id')) as {
    id: string | number
    imported_id: string | number
  }[]
  const recordOf = new Map(rows.map(({ id, imported_id }) => [String(id), String(imported_id)]))
  for (const visitId of await referredTo(trx, 'visits', [...recordOf.keys()], ['diagnoses']))
    found.add(recordOf.get(visitId) as string)
  return found
}

const TEXTS = [
  'external_id',
  'patient_external_id',
  'doctor_code',
  'queue_number',
  'symptoms',
  'diagnosis_code',
  'diagnosis_text',
  'notes',
] as const

/** Visits of another system: history, without a ticket. */
export const visitsKind: RecordKind = {
  rules: VISIT_RULES,
  table: 'imported_visits',
  key: {
    field: 'external_id',
    column: 'external_id',
    perSource: true,
    taken: recordProblem('external_id', 'DUPLICATE_EXTERNAL_ID'),
  },
  others: [],
  columns: [
    ...TEXTS.map((name) => ({ field: name, column: name, type: 'text' as const })),
    { field: 'visit_at', column: 'visit_at', type: 'instant' },
    { field: 'visited_on', column: 'visited_on', type: 'day' },
    { field: 'status', column: 'status', type: 'text', empty: 'completed' },
    { field: 'consultation_fee', column: 'consultation_sen', type: 'sen', empty: '0.00' },
    { field: 'medicine_fee', column: 'medicine_sen', type: 'sen', empty: '0.00' },
    { field: 'total_amount', column: 'total_sen', type: 'sen', empty: '0.00' },
    { field: 'mc_days', column: 'mc_days', type: 'integer', empty: '0' },
    { field: 'mc_start', column: 'mc_start', type: 'day' },
  ],
  hasSource: true,
  times: ['created_at', 'updated_at'],
  countedIds: true,
  domains: ['queue', 'patients'],
  references,
  quick: { tally },
  forget: ({ trx }, ids) => importedVisitFigures(trx, ids, -1),
  follow,
  used,
}
