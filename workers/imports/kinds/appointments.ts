import { FREEING, slotsOf } from '../../../shared/appointments/rules.ts'
import type { Knex } from '../../../shared/db/connect.ts'
import { APPOINTMENT_RULES } from '../../../shared/imports/records/appointments.ts'
import { recordProblem } from '../../../shared/imports/records/problems.ts'
import { toSqlUtc } from '../../../shared/units/clock.ts'
import { insertRows } from '../load-data.ts'
import type { Candidate, Context, Effect, Looking, RecordKind, References, Values } from '../records/kind.ts'
import { idsBy, patientsOf, valuesOf } from '../records/referred.ts'
import { referredTo } from '../records/used.ts'

const UNKNOWN_PATIENT = recordProblem('patient_external_id', 'UNKNOWN_PATIENT')
const UNKNOWN_DOCTOR = recordProblem('doctor_code', 'UNKNOWN_DOCTOR')
const CLASH = [recordProblem('start_at', 'CLASH')]
const USUAL_MINUTES = '15'

const slotKey = (doctor: string, slotAt: string): string => `${doctor} ${slotAt}`

/** The slots that an appointment takes of its doctor; none once it is cancelled or nobody came. */
function slotsTaken(values: Values | null): { doctorId: string; slotAt: string }[] {
  if (values === null || values.doctor_id == null || values.start_at == null) return []
  if ((FREEING as readonly string[]).includes(values.status ?? 'booked')) return []
  const doctorId = values.doctor_id
  const minutes = Number(values.minutes ?? USUAL_MINUTES)
  return slotsOf(new Date(values.start_at), minutes).map((at) => ({ doctorId, slotAt: toSqlUtc(at) }))
}

/** Names in a rehearsal a slot that its earlier rows would have taken; by code, because ids are not known beforehand. */
const notedKey = (doctorCode: string, slotAt: string): string => `s:${slotKey(doctorCode, slotAt)}`

/** The notes that a rehearsal may have made about the slots of these rows. */
const notedKeys = (candidates: readonly Candidate[]): string[] =>
  candidates.flatMap(({ values }) =>
    slotsTaken({ ...values, doctor_id: values.doctor_code ?? null }).map(({ doctorId, slotAt }) =>
      notedKey(doctorId, slotAt),
    ),
  )

const keysOf = (values: Values | null): string[] =>
  slotsTaken(values).map(({ doctorId, slotAt }) => slotKey(doctorId, slotAt))

/** Which of these slots are taken, by whomever. */
async function takenSlots(trx: Knex, wanted: readonly Values[]): Promise<Set<string>> {
  const slots = wanted.flatMap((values) =>
    slotsTaken(values).map(({ doctorId, slotAt }) => [doctorId, slotAt]),
  )
  if (slots.length === 0) return new Set()
  const [rows] = (await trx.raw(
    `/* imports.slots */ select s.doctor_id, s.slot_at
     from json_table(?, '$[*]' columns (doctor_id bigint unsigned path '$[0]', slot_at datetime(3) path '$[1]')) n
     join appointment_slots s on s.doctor_id = n.doctor_id and s.slot_at = n.slot_at`,
    [JSON.stringify(slots)],
  )) as [{ doctor_id: string | number; slot_at: string }[]]
  return new Set(rows.map(({ doctor_id, slot_at }) => slotKey(String(doctor_id), slot_at)))
}

async function references(context: Looking, candidates: readonly Candidate[]): Promise<References> {
  const patients = await patientsOf(context, valuesOf(candidates, 'patient_external_id'))
  const doctors = await idsBy(context.trx, 'doctors', 'code', valuesOf(candidates, 'doctor_code'))
  const doctorOf = ({ doctor_code: code }: Values) => (code == null ? null : (doctors.get(code) ?? null))
  const taken = await takenSlots(
    context.trx,
    candidates.map(({ values }) => ({ ...values, doctor_id: doctorOf(values) })),
  )
  const noted = new Map<string, string>()
  const codeOf = new Map([...doctors].map(([code, id]) => [id, code]))
  const notesOf = (values: Values) =>
    slotsTaken(values).map(({ doctorId, slotAt }) => notedKey(codeOf.get(doctorId) ?? '', slotAt))
  return {
    of({ values }) {
      const { patient_external_id: externalId, doctor_code: code } = values
      const patient = externalId == null ? undefined : patients.get(externalId)
      const doctorId = doctorOf(values)
      return {
        values: { patient_id: patient?.id ?? null, doctor_id: doctorId },
        problems: [
          ...(externalId != null && patient === undefined ? [UNKNOWN_PATIENT] : []),
          ...(code != null && doctorId === null ? [UNKNOWN_DOCTOR] : []),
        ],
      }
    },
    admit(after, before) {
      const own = new Set(keysOf(before))
      const wanted = keysOf(after)
      const notes = notesOf(after)
      if (wanted.some((key) => taken.has(key) && !own.has(key))) return CLASH
      if (notes.some((key) => context.noted.has(key))) return CLASH
      for (const key of own) taken.delete(key)
      for (const key of wanted) taken.add(key)
      for (const key of notes) noted.set(key, '1')
      return []
    },
    keep: () => noted,
  }
}

/** A doctor's slots are what makes a clash impossible, however an appointment comes about. */
async function follow({ trx }: Context, effects: readonly Effect[]): Promise<void> {
  const stale = effects.flatMap(({ id, before }) => (before === null ? [] : [id]))
  if (stale.length > 0) await trx('appointment_slots').whereIn('appointment_id', stale).delete()
  const text = insertRows.text()
  for (const { id, after } of effects)
    for (const { doctorId, slotAt } of slotsTaken(after)) {
      text.plain(doctorId)
      text.cell(slotAt)
      text.plain(id)
      text.endRow()
    }
  await insertRows.write(trx, 'appointment_slots', ['doctor_id', 'slot_at', 'appointment_id'], text)
}

/** Appointments: they stand in the book beside those made by hand. */
export const appointmentsKind: RecordKind = {
  rules: APPOINTMENT_RULES,
  table: 'appointments',
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
    { field: 'doctor_id', column: 'doctor_id', type: 'integer' },
    { field: 'start_at', column: 'start_at', type: 'instant' },
    { field: 'minutes', column: 'minutes', type: 'integer', empty: USUAL_MINUTES },
    { field: 'reason', column: 'reason', type: 'text' },
    { field: 'status', column: 'status', type: 'text', empty: 'booked' },
  ],
  hasSource: true,
  times: ['created_at', 'updated_at', 'status_at'],
  domains: ['appointments'],
  references,
  notedKeys,
  follow,
  used: (trx, ids) => referredTo(trx, 'appointments', ids, ['appointment_slots']),
}
