import { writeAudit } from '../audit/write.ts'
import { senOf } from '../billing/rules.ts'
import type { Knex } from '../db/connect.ts'
import { isDuplicateKey } from '../db/errors.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Doctor } from '../doctors/schema.ts'
import { AppError } from '../errors/app-error.ts'
import { lockTicket, moveTicket } from '../queue/commands.ts'
import { settingsOf } from '../settings/reads.ts'
import { toSqlUtc } from '../units/clock.ts'
import { about, type ConsultationWriteDeps, type Who, writingDoctor } from './domain.ts'
import { writeOrRefuse } from './draft.ts'
import { type ConsultationRow, isEmpty, NOTHING } from './model.ts'
import { findConsultation, findOpening, insertConsultation, type OpeningRow } from './repository.ts'
import type { Consultation, StartInput } from './schema.ts'
import { presentTicket } from './ticket.ts'
import { viewConsultation, viewOutline } from './view.ts'

/** A visit that keeps changing under a doctor's hands three times over is told to him. */
const TRIES = 3

/** Everything that opening a visit depends on. */
interface Opening {
  visit: OpeningRow
  present: ConsultationRow | undefined
  doctor: Doctor
  /** What a consultation costs unless the doctor says otherwise, sen. */
  feeSen: number
  who: Who
}

/** Refuses what another doctor has, naming him, with the consultation's outline or the ticket as it is. */
async function held(deps: ConsultationWriteDeps, { visit, present }: Opening): Promise<AppError> {
  const ticket = await presentTicket(deps.db, visit)
  const by =
    present === undefined
      ? await deps
          .db('doctors')
          .comment('consultations.holder')
          .where({ id: visit.ticket_doctor_id })
          .first('id', 'name')
      : { id: present.doctor_id, name: present.doctor_name }
  return new AppError('state/conflict', {
    detail: by === undefined ? 'Another doctor has this visit.' : `${by.name} has this visit.`,
    extra: {
      heldBy: by ?? null,
      current: present === undefined ? ticket : viewOutline(present),
    },
  })
}

/** A new draft, and the visit's doctor with it. */
async function begin(
  trx: Knex.Transaction,
  { visit, doctor, feeSen, who }: Opening,
  now: Date,
): Promise<void> {
  const { visit_id, patient_id, day } = visit
  const written = { ...NOTHING, fee_sen: feeSen }
  const row = { visit_id, patient_id, doctor_id: doctor.id, day, status: 'draft' as const, ...written }
  const id = await insertConsultation(trx, row, toSqlUtc(now))
  await trx('visits')
    .comment('consultations.seen-by')
    .where({ id: visit_id })
    .update({ doctor_id: doctor.id })
  await writeAudit(trx, about(who, { id, patient_id }, 'start'), now)
}

/** A draft of a patient who was sent on goes to the doctor who sees him now; what the first one wrote is kept. */
async function takeOver(
  trx: Knex.Transaction,
  { present, doctor, who }: Opening & { present: ConsultationRow },
  now: Date,
): Promise<void> {
  await writeOrRefuse(trx, {
    seen: present,
    changes: { doctor_id: doctor.id },
    kept: isEmpty(present)
      ? undefined
      : { kind: 'handed-over', of: present, userId: who.userId ?? '', reason: null },
    audit: about(who, present, 'take-over', { from: present.doctor_id, version: present.version + 1 }),
    now,
  })
  await trx('visits')
    .comment('consultations.seen-by')
    .where({ id: present.visit_id })
    .update({ doctor_id: doctor.id })
}

/** Writes what opening the visit needs of the consultation itself. */
function writeOpening(opening: Opening, now: Date): (trx: Knex.Transaction) => Promise<void> {
  const { present, doctor } = opening
  return async (trx) => {
    if (present === undefined) return begin(trx, opening, now)
    if (present.doctor_id !== doctor.id) return takeOver(trx, { ...opening, present }, now)
  }
}

/** The patient sits with a doctor already: nothing moves, but nobody may move the ticket meanwhile. */
function openInside(deps: ConsultationWriteDeps, opening: Opening, now: Date): Promise<void> {
  const { visit } = opening
  return inTransaction(deps.db, async (trx) => {
    const ticket = await lockTicket(trx, visit.ticket_id ?? '')
    if (ticket.version !== visit.ticket_version) throw new AppError('state/version')
    await begin(trx, opening, now)
  })
}

/** Opens the visit as it was just read; throws `state/version` when somebody was quicker. */
async function open(
  deps: ConsultationWriteDeps,
  opening: Opening,
  room: string | undefined,
): Promise<boolean> {
  const { visit, present, doctor, who } = opening
  const now = deps.clock.now()
  const isInside = visit.ticket_status === 'in_consultation'
  const isMine =
    present === undefined
      ? visit.ticket_doctor_id === null || visit.ticket_doctor_id === doctor.id
      : present.doctor_id === doctor.id
  if (present !== undefined && present.status !== 'draft') throw await held(deps, opening)
  if (isInside && !isMine) throw await held(deps, opening)
  if (isInside && present !== undefined) return false
  if (isInside) {
    await openInside(deps, opening, now)
    return true
  }
  const move = {
    to: 'in_consultation',
    version: visit.ticket_version ?? 0,
    doctorId: doctor.id,
    room,
  } as const
  await moveTicket(deps, visit.ticket_id ?? '', move, who, writeOpening(opening, now))
  return true
}

const isOvertaken = (error: unknown): boolean =>
  isDuplicateKey(error) || (error instanceof AppError && error.code === 'state/version')

/**
 * A doctor opens a visit: its ticket moves to him and a draft begins, in one transaction. His own open draft is
 * answered as it is (`isNew` false: nothing was written). Of two who open one visit at once the first has it, and the
 * other gets `state/conflict` naming him in `heldBy`. A draft of a patient who was sent out again, or on to another
 * doctor, goes to whoever opens it next. Throws `not-found`, `auth/forbidden`, `rule/broken` without a ticket.
 */
export async function startConsultation(
  deps: ConsultationWriteDeps,
  { room, ...which }: StartInput,
  who: Who,
): Promise<{ consultation: Consultation; isNew: boolean }> {
  const doctor = await writingDoctor(deps, who)
  const feeSen = senOf((await settingsOf(deps))['billing.consultationFee'])
  for (let attempt = 1; ; attempt++) {
    const visit = await findOpening(deps.db, which)
    if (visit === undefined) throw new AppError('not-found')
    if (visit.ticket_id === null)
      throw new AppError('rule/broken', {
        errors: [{ path: 'visitId', message: 'This visit is history: it has no ticket' }],
      })
    const present =
      visit.consultation_id === null
        ? undefined
        : await findConsultation(deps.db, { id: visit.consultation_id })
    try {
      const isNew = await open(deps, { visit, present, doctor, feeSen, who }, room)
      const row = await findConsultation(deps.db, { visit_id: visit.visit_id })
      if (row === undefined) throw new AppError('state/version')
      return { consultation: viewConsultation(row), isNew }
    } catch (error) {
      if (!isOvertaken(error) || attempt === TRIES) throw error
    }
  }
}
