import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  amendConsultation,
  saveDraft,
  signConsultation,
  startConsultation,
  withdrawEmpty,
} from '../../shared/consultations/commands.ts'
import { statusAfter } from '../../shared/consultations/rules.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import { moveTicket, undoMove } from '../../shared/queue/commands.ts'
import { type ConsultationApi, startConsultationApi } from './testing.ts'

let api: ConsultationApi
beforeAll(async () => {
  api = await startConsultationApi()
})
afterAll(() => api.close())

type Doctor = 'lim' | 'tan'
type Step = ['open' | 'sign', Doctor] | ['save' | 'amend', Doctor, string] | ['seat' | 'send-out' | 'undo']

/** What should be there after each step. */
interface Model {
  ticket: { status: string; doctor: Doctor | null }
  before: { status: string; doctor: Doctor | null } | null
  last: string | null
  consultation: { status: 'draft' | 'signed' | 'amended'; doctor: Doctor; plan: string } | null
  kept: [kind: string, plan: string][]
}

const doctor = fc.constantFrom<Doctor>('lim', 'tan')
const text = fc.constantFrom('', 'rest', 'fluids', 'refer')
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constant('open' as const), doctor) },
  { weight: 4, arbitrary: fc.tuple(fc.constant('save' as const), doctor, text) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('sign' as const), doctor) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('amend' as const), doctor, text) },
  { weight: 3, arbitrary: fc.constantFrom<Step>(['seat'], ['send-out'], ['undo']) },
)

/** The model after a move of the ticket. */
const moved = (model: Model, kind: string, to: Model['ticket']): Model => ({
  ...model,
  before: model.ticket,
  ticket: to,
  last: kind,
})

/** The model after a step, or null where the step must be refused. */
function expected(model: Model, [what, who, plan]: Step): Model | null {
  const { ticket, consultation: c } = model
  const isInside = ticket.status === 'in_consultation'
  const isLine = ticket.status === 'waiting'
  const isOwn = c !== null && c.doctor === who
  if (what === 'seat') return isLine ? moved(model, 'start', { ...ticket, status: 'in_consultation' }) : null
  if (what === 'send-out') return isInside ? moved(model, 'transfer', { ...ticket, status: 'waiting' }) : null
  if (what === 'undo') {
    if (model.last === null || model.before === null) return null
    const undone = { ...model, ticket: model.before, before: null, last: null }
    if (model.last !== 'start') return undone
    const isFree = c === null || (c.status === 'draft' && c.plan === '' && model.kept.length === 0)
    return isFree ? { ...undone, consultation: null } : null
  }
  if (what === 'open') {
    const inside = { status: 'in_consultation', doctor: who as Doctor }
    const draft = { status: 'draft' as const, doctor: who as Doctor, plan: '' }
    if (c === null) {
      if (isLine) return { ...moved(model, 'start', inside), consultation: draft }
      const isFree = isInside && (ticket.doctor === null || ticket.doctor === who)
      return isFree ? { ...model, consultation: draft } : null
    }
    if (c.status !== 'draft') return null
    if (isInside) return isOwn ? model : null
    if (!isLine) return null
    const kept: Model['kept'] = isOwn || c.plan === '' ? model.kept : [...model.kept, ['handed-over', c.plan]]
    return { ...moved(model, 'start', inside), consultation: { ...c, doctor: who as Doctor }, kept }
  }
  if (c === null || !isOwn || statusAfter(c.status, what) === null) return null
  if (what === 'save') return { ...model, consultation: { ...c, plan: plan ?? '' } }
  if (what === 'sign') {
    if (c.plan === '') return null
    const signed: Model = {
      ...model,
      consultation: { ...c, status: 'signed' },
      kept: [...model.kept, ['signed', c.plan]],
    }
    return isInside ? moved(signed, 'pay', { ...ticket, status: 'payment' }) : signed
  }
  if (c.plan === plan) return null
  const kept: Model['kept'] = [...model.kept, ['amended', plan ?? '']]
  return { ...model, consultation: { ...c, status: 'amended', plan: plan ?? '' }, kept }
}

const REFUSALS = ['state/conflict', 'auth/forbidden', 'rule/broken', 'not-found']

it('steps in any order do what the tables say, keep every signed state, and leave no trace where refused', async () => {
  const { deps } = api.services
  const doctorIds = { lim: api.lim.doctorId, tan: api.tan.doctorId }
  const whoIs = {
    lim: { userId: await api.user('doctor', 'lim') },
    tan: { userId: await api.user('doctor', 'tan') },
  }
  const desk = { userId: await api.user('assistant') }
  const { patient } = await api.ticket()

  const run = async (ticketId: string, [what, who, plan = '']: Step): Promise<void> => {
    const row = await deps.db('tickets').where({ id: ticketId }).first('version', 'visit_id')
    const c = await deps.db('consultations').where({ visit_id: row.visit_id }).first('id', 'version')
    const { id = '999999999', version = 1 } = c ?? {}
    const by = who === undefined ? desk : whoIs[who]
    if (what === 'seat') await moveTicket(deps, ticketId, { to: 'in_consultation', version: row.version }, by)
    else if (what === 'send-out')
      await moveTicket(deps, ticketId, { to: 'waiting', version: row.version }, by)
    else if (what === 'undo') await undoMove(deps, ticketId, row.version, by, withdrawEmpty(deps, by))
    else if (what === 'open') await startConsultation(deps, { ticketId }, by)
    else if (what === 'save') await saveDraft(deps, id, version, { plan }, by)
    else if (what === 'sign') await signConsultation(deps, id, { version }, by)
    else await amendConsultation(deps, id, { version, reason: 'x', changes: { plan } }, by)
  }

  const present = async (ticketId: string) => {
    const ticket = await deps.db('tickets').where({ id: ticketId }).first()
    const rows = await deps.db('consultations').where({ visit_id: ticket.visit_id })
    const kept = await deps
      .db('consultation_versions')
      .whereIn(
        'consultation_id',
        rows.map(({ id }) => id),
      )
      .orderBy('version')
    return { ticket, rows, kept }
  }
  const trace = async (ticketId: string) => ({
    ...(await present(ticketId)),
    audit: await deps.db('audit_entries').count({ n: '*' }),
    events: await deps.db('ticket_moves').count({ n: '*' }),
  })

  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 25 }), async (steps) => {
      const { id } = (await api.call('post', '/api/queue').send({ patientId: patient.id })).body
      let model: Model = {
        ticket: { status: 'waiting', doctor: null },
        before: null,
        last: null,
        consultation: null,
        kept: [],
      }
      for (const each of steps) {
        const next = expected(model, each)
        const before = await trace(id)
        const code = await run(id, each).then(
          () => null,
          (error: unknown) => (error instanceof AppError ? error.code : Promise.reject(error)),
        )
        expect(code === null, `${each} in ${JSON.stringify(model)}: ${code}`).toBe(next !== null)
        if (next === null) {
          expect(REFUSALS).toContain(code)
          expect(await trace(id)).toEqual(before)
          continue
        }
        model = next
        const { ticket, rows, kept } = await present(id)
        expect([ticket.status, ticket.doctor_id]).toEqual([
          model.ticket.status,
          model.ticket.doctor === null ? null : doctorIds[model.ticket.doctor],
        ])
        const c = model.consultation
        expect(rows.map((row) => [row.status, row.doctor_id, row.plan])).toEqual(
          c === null ? [] : [[c.status, doctorIds[c.doctor], c.plan]],
        )
        expect(kept.map((row) => [row.kind, JSON.parse(row.content).plan])).toEqual(model.kept)
      }
    }),
    { numRuns: 25 },
  )
}, 120_000)
