import { onceOf } from '../db/idempotency.ts'

export { type EnqueueRequest, enqueueAll, type QueueWriteDeps, type Who } from './enqueue.ts'

import { type EnqueueRequest, enqueue, type Paths, type QueueWriteDeps, type Who } from './enqueue.ts'
import type { GroupInput, NewTicket, QueueInput, Registration, RegistrationInput } from './schema.ts'

export { callNext, lockTicket, moveTicket, undoMove, type WithMove, type WithUndo } from './moves.ts'
export { reissueSlip } from './reissue.ts'
export { tellRenamed } from './renamed.ts'
export { changeContext, completeHeld, type HeldTicket, holdTicketOf, QUEUE } from './within.ts'

const PATHS: Paths = { patient: () => 'patient.', patientId: () => 'patientId', doctorId: 'ticket.doctorId' }

/**
 * Gives a patient in the file a ticket of today, the one of an appointment's `arrival` with what is written about it in
 * the same transaction. Throws `rule/broken` naming `patientId` or `doctorId`.
 */
export function queuePatient(
  deps: QueueWriteDeps,
  { patientId, ...ticket }: QueueInput,
  who: Who,
  key?: string,
  arrival: Pick<EnqueueRequest, 'also' | 'appointmentId'> = {},
): Promise<NewTicket> {
  const once = onceOf(who.userId, key, ['queue.create', patientId, ticket])
  const paths = { ...PATHS, doctorId: 'doctorId' }
  return enqueue(deps, { members: [{ patientId }], ticket, paths, once, ...arrival }, who)
}

/** Registers a patient, or takes one from the file, and gives a ticket, in one transaction. */
export async function registerAndQueue(
  deps: QueueWriteDeps,
  { patient, patientId, ticket }: RegistrationInput,
  who: Who,
  key?: string,
): Promise<Registration> {
  const once = onceOf(who.userId, key, ['registrations', patient, patientId, ticket])
  const made = await enqueue(deps, { members: [{ patient, patientId }], ticket, paths: PATHS, once }, who)
  return { ticket: made, patient: made.patient }
}

/** Registers and queues several who came together, on one ticket, all of them or nobody. */
export function queueGroup(
  deps: QueueWriteDeps,
  { members, ticket }: GroupInput,
  who: Who,
  key?: string,
): Promise<NewTicket> {
  const once = onceOf(who.userId, key, ['queue.groups', members, ticket])
  const paths = {
    ...PATHS,
    patient: (n: number) => `members.${n}.patient.`,
    patientId: (n: number) => `members.${n}.patientId`,
  }
  return enqueue(deps, { members, ticket, paths, once }, who)
}
