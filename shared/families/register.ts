import type { AuditEntry } from '../audit/entry.ts'
import { auditInsertion, writeAudit } from '../audit/write.ts'
import { writing } from '../cache/writing.ts'
import { addFigures } from '../dashboard/commands.ts'
import { newPatientFigures } from '../dashboard/rules.ts'
import type { Knex } from '../db/connect.ts'
import { madeBefore, type Once, onceInsertion, onceOf } from '../db/idempotency.ts'
import { AppError } from '../errors/app-error.ts'
import {
  holdPatients,
  nameOf,
  type PatientName,
  patientInsertions,
  prepareNewPatients,
  throwDuplicate,
} from '../patients/commands.ts'
import { PATIENTS } from '../patients/reads.ts'
import { enqueueAll, type QueueWriteDeps, reissueSlip, type Who } from '../queue/commands.ts'
import type { NewTicket } from '../queue/schema.ts'
import { toSqlUtc } from '../units/clock.ts'
import { presentFamily } from './reads.ts'
import { firstVisits, insertFamily, membersInsertion } from './repository.ts'
import type { FamilyInput, FamilyMade, FamilyMemberInput } from './schema.ts'

const FAMILY = 'family'

/** One entry for each of those whom something in a family is about. */
export const familyEntries = (
  who: Who,
  action: string,
  familyId: string,
  patientIds: readonly string[],
  detail?: Record<string, unknown>,
): AuditEntry[] =>
  patientIds.map((patientId) => ({
    ...who,
    action,
    entity: FAMILY,
    entityId: familyId,
    patientId,
    outcome: 'ok',
    ...(detail === undefined ? {} : { detail }),
  }))

/** Everybody's relation in the order of the request. */
const withRelations = (people: readonly PatientName[], members: readonly FamilyMemberInput[]) =>
  people.map(({ id }, n) => ({ patientId: id, relation: members[n]?.relation ?? 'other' }))

const pathOf = (n: number) => `members.${n}.patientId`

/** Registers new members and holds those who are in the file; answers all of them in the order of the request. */
export async function bringMembers(
  deps: QueueWriteDeps,
  members: readonly FamilyMemberInput[],
  paths: { patient: (n: number) => string; patientId: (n: number) => string },
) {
  const news = members.flatMap(({ patient }, n) => (patient === undefined ? [] : [{ patient, n }]))
  const rows = await prepareNewPatients(
    deps,
    news.map(({ patient }) => patient),
    (n) => paths.patient(news[n]?.n ?? 0),
  )
  const write = async (trx: Knex.Transaction, who: Who): Promise<PatientName[]> => {
    const known = members.flatMap(({ patientId }, n) => (patientId === undefined ? [] : [{ patientId, n }]))
    const held = await holdPatients(
      trx,
      known.map(({ patientId }) => patientId),
      (n) => paths.patientId(known[n]?.n ?? 0),
    )
    for (const insertion of patientInsertions(trx, rows)) await insertion
    await addFigures(trx, newPatientFigures(rows))
    const registered = rows.map(
      ({ id }): AuditEntry => ({
        ...who,
        action: 'patients.register',
        entity: 'patient',
        entityId: id,
        patientId: id,
        outcome: 'ok',
      }),
    )
    await writeAudit(trx, registered, deps.clock.now())
    const fresh = rows.map(nameOf)
    return members.map(({ patientId }) => (patientId === undefined ? fresh : held).shift() as PatientName)
  }
  return { rows, write }
}

interface Making {
  input: FamilyInput
  who: Who
  once: Once | undefined
  now: Date
}

/** The family's own row, and the key under which it was asked for; a second request waits at the key. */
async function begin(trx: Knex.Transaction, { input, who, once, now }: Making): Promise<string> {
  const id = await insertFamily(trx, input.name, who.userId ?? null, toSqlUtc(now))
  if (once !== undefined) await onceInsertion(trx, once, FAMILY, id)
  return id
}

/** Family, members and tickets in the transaction of their arrival. */
async function withTickets(
  deps: QueueWriteDeps,
  making: Making,
  queue: NonNullable<FamilyInput['queue']>,
): Promise<{ id: string; tickets: NewTicket[] }> {
  const { input, who, now } = making
  let id = ''
  const tickets = await enqueueAll(
    deps,
    {
      members: input.members,
      ticket: queue.ticket,
      separate: queue.tickets === 'each',
      at: now,
      paths: {
        patient: (n) => `members.${n}.patient.`,
        patientId: pathOf,
        doctorId: 'queue.ticket.doctorId',
      },
      also: async (trx) => {
        id = await begin(trx, making)
      },
      beside: (trx, people) => [
        membersInsertion(trx, id, withRelations(people, input.members), toSqlUtc(now)),
        auditInsertion(
          trx,
          familyEntries(
            who,
            'families.create',
            id,
            people.map((person) => person.id),
          ),
          now,
        ),
      ],
    },
    who,
  )
  return { id, tickets }
}

/** Family and members alone. */
async function withoutTickets(deps: QueueWriteDeps, making: Making): Promise<{ id: string; tickets: [] }> {
  const { input, who, now } = making
  const { rows, write } = await bringMembers(deps, input.members, {
    patient: (n) => `members.${n}.patient.`,
    patientId: pathOf,
  })
  try {
    return await writing(deps, PATIENTS, async (trx) => {
      const id = await begin(trx, making)
      const people = await write(trx, who)
      await membersInsertion(trx, id, withRelations(people, input.members), toSqlUtc(now))
      const ids = people.map((person) => person.id)
      await writeAudit(trx, familyEntries(who, 'families.create', id, ids), now)
      return { result: { id, tickets: [] as [] }, ids: rows.map((row) => row.id) }
    })
  } catch (error) {
    return throwDuplicate(deps, rows, error)
  }
}

/** What an earlier request under this key made; slips are given anew, because their tokens are kept nowhere. */
async function replay(deps: QueueWriteDeps, once: Once, who: Who): Promise<FamilyMade | undefined> {
  const id = await madeBefore(deps.db, once, FAMILY)
  if (id === undefined) return undefined
  const tickets: NewTicket[] = []
  for (const visit of await firstVisits(deps.db, id))
    tickets.push(await reissueSlip(deps, { visit_id: visit }, who))
  return { family: await presentFamily(deps.db, id), tickets }
}

/**
 * Registers a family, those of its members who are new, and with `queue` one ticket for all or one each: all of it or
 * nothing. Throws `rule/broken` naming the fields, `state/duplicate` naming who has the number.
 */
export async function registerFamily(
  deps: QueueWriteDeps,
  input: FamilyInput,
  who: Who,
  key?: string,
): Promise<FamilyMade> {
  const once = onceOf(who.userId, key, ['families', input])
  const earlier = once === undefined ? undefined : await replay(deps, once, who)
  if (earlier !== undefined) return earlier
  const ids = input.members.flatMap(({ patientId }) => patientId ?? [])
  if (new Set(ids).size < ids.length)
    throw new AppError('rule/broken', { errors: [{ path: 'members', message: 'Somebody is named twice' }] })
  const making = { input, who, once, now: deps.clock.now() }
  try {
    const { id, tickets } =
      input.queue === undefined
        ? await withoutTickets(deps, making)
        : await withTickets(deps, making, input.queue)
    return { family: await presentFamily(deps.db, id), tickets }
  } catch (error) {
    // the same request at the same time: the second is refused by the key, or by the numbers of the same people
    const first = once === undefined ? undefined : await replay(deps, once, who)
    if (first !== undefined) return first
    throw error
  }
}
