import { z } from 'zod'
import type { Cached } from '../../shared/cache/read-cache.ts'
import { type DispensingStep, moveLine } from '../../shared/dispensing/commands.ts'
import { drawLabel } from '../../shared/dispensing/label.ts'
import { getItem, getWork } from '../../shared/dispensing/reads.ts'
import {
  dispensingItem,
  returnInput,
  stepInput,
  type WorkList,
  workList,
  workQuery,
} from '../../shared/dispensing/schema.ts'
import { pdfHeaders } from '../../shared/documents/sheet.ts'
import { clinicOnPaper } from '../../shared/settings/reads.ts'
import { idempotencyKeyOf } from '../http/idempotency-key.ts'
import { type Call, type Reply, type Route, route } from '../http/route.ts'
import { whoIs } from '../http/who.ts'
import type { ApiServices } from '../services.ts'
import { READERS, WRITERS } from './policy.ts'

const MAX_ID_CHARS = 64
const byId = z.strictObject({ id: z.string().max(MAX_ID_CHARS) })

/** Whose lines an answer shows, for the audit. */
const patientsShown = (answer: Cached): string[] => {
  const { data } = JSON.parse(answer.json.toString()) as WorkList
  return [...new Set(data.map(({ patient }) => patient.id))]
}

/** The dispensary: what is to do, and doing it line by line. */
export function dispensingRoutes({ deps, spool }: Pick<ApiServices, 'deps' | 'spool'>): Route[] {
  const reads = { method: 'GET', tag: 'dispensing', access: READERS, limit: 'general' } as const
  const writes = {
    method: 'POST',
    tag: 'dispensing',
    access: WRITERS,
    limit: 'general',
    params: byId,
    response: dispensingItem,
  } as const

  const move = async (call: Call<{ id: string }>, step: DispensingStep): Promise<Reply> => {
    const item = await moveLine(deps, call.params.id, step, whoIs(call), idempotencyKeyOf(call))
    return { status: 200, body: item }
  }

  const looked = async (call: Call<{ id: string }>, action: string) => {
    const item = await getItem(deps, call.params.id)
    await spool.write({
      ...whoIs(call),
      action,
      entity: 'prescription_line',
      entityId: item.id,
      patientId: item.patient.id,
      outcome: 'ok',
    })
    return item
  }

  return [
    route({
      ...reads,
      path: '/api/dispensing',
      summary: 'Lines of signed prescriptions, the oldest first',
      query: workQuery,
      response: workList,
      handle: async (call) => {
        const answer = await getWork(deps, call.query)
        const entry = { action: 'dispensing.list', entity: 'prescription_line', outcome: 'ok' } as const
        await spool.write({ ...whoIs(call), ...entry, detail: { shown: patientsShown(answer) } })
        return answer
      },
    }),
    route({
      ...reads,
      path: '/api/dispensing/:id',
      summary: 'One line',
      params: byId,
      response: dispensingItem,
      handle: async (call) => ({ body: await looked(call, 'dispensing.read') }),
    }),
    route({
      ...reads,
      path: '/api/dispensing/:id/label.pdf',
      summary: 'The label of a line, 85×55 mm, Malay and English',
      params: byId,
      handle: async (call) => {
        const item = await looked(call, 'dispensing.label')
        return { stream: drawLabel(item, await clinicOnPaper(deps)), headers: pdfHeaders(`label-${item.id}`) }
      },
    }),
    route({
      ...writes,
      path: '/api/dispensing/:id/prepare',
      summary: 'A line was prepared and waits for its patient',
      body: stepInput,
      handle: (call) => move(call, { move: 'prepare', ...call.body }),
    }),
    route({
      ...writes,
      path: '/api/dispensing/:id/hand-over',
      summary: 'Hand a line over: stock goes down; after the last one the patient goes on to pay',
      body: stepInput,
      handle: (call) => move(call, { move: 'hand-over', ...call.body }),
    }),
    route({
      ...writes,
      path: '/api/dispensing/:id/return',
      summary: 'A prepared line is put back, or one handed over was brought back',
      body: returnInput,
      handle: (call) => move(call, { move: 'return', ...call.body }),
    }),
  ]
}
