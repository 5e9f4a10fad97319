import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { amendInput, draftInput, signInput, startInput } from '../../shared/consultations/schema.ts'
import { templateInput } from '../../shared/consultations/templates/schema.ts'
import { loadCommonCodes } from '../../shared/icd10/commands.ts'
import type { Verb } from '../queue/testing.ts'
import { type ConsultationApi, startConsultationApi } from './testing.ts'

let api: ConsultationApi
let draftId: string
beforeAll(async () => {
  api = await startConsultationApi()
  await loadCommonCodes(api.deps)
  draftId = (await api.open()).id
})
afterAll(() => api.close())

const CONTENT = {
  vitals: { temperature: 37.1, pulse: 80, systolic: 120, diastolic: 80 },
  subjective: 'x',
  diagnoses: [{ code: 'J06.9', text: 'x', primary: true }],
  followUp: { on: '2099-01-05', note: 'x' },
  fee: '45.00',
  procedures: [{ description: 'x', price: '1.00', quantity: 1 }],
}
type Body = Record<string, unknown>

/** Each call with a body that is right but for what the test does to it. */
const CALLS: { verb: Verb; path: () => string; schema: z.ZodType; body: Body }[] = [
  {
    verb: 'post',
    path: () => '/api/consultations',
    schema: startInput,
    body: { ticketId: '999999', room: '1' },
  },
  {
    verb: 'patch',
    path: () => `/api/consultations/${draftId}`,
    schema: draftInput,
    body: { version: 1, ...CONTENT },
  },
  {
    verb: 'post',
    path: () => `/api/consultations/${draftId}/sign`,
    schema: signInput,
    body: { version: 999_999, next: 'payment' },
  },
  {
    verb: 'post',
    path: () => `/api/consultations/${draftId}/amend`,
    schema: amendInput,
    body: { version: 1, reason: 'x', changes: CONTENT },
  },
  {
    verb: 'post',
    path: () => '/api/note-templates',
    schema: templateInput,
    body: { name: 'x', shared: true, plan: 'x' },
  },
]

const strange = fc.oneof(
  fc.anything({ maxDepth: 2 }),
  fc.constantFrom<unknown>(
    null,
    [],
    {},
    -1,
    0.5,
    1e308,
    '',
    '0',
    '-1.00',
    '1e3',
    '9223372036854775808',
    '2026-02-30',
    '\u0000',
    '\ud800',
    'x'.repeat(10_001),
    Array.from({ length: 25 }, () => ({ text: 'x' })),
  ),
)

/** A copy in which one place, found by turning at each level as told, holds something else. */
function mutated(value: unknown, turns: readonly number[], put: unknown): unknown {
  const [turn, ...rest] = turns
  if (turn === undefined || value === null || typeof value !== 'object') return put
  const keys = Object.keys(value)
  const key = keys[turn % (keys.length + 1)] ?? 'CANARYfield'
  if (Array.isArray(value))
    return value.map((each, n) => (String(n) === key ? mutated(each, rest, put) : each))
  return { ...value, [key]: mutated((value as Body)[key], rest, put) }
}

const json = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? 'null'
  } catch {
    return 'null'
  }
}

describe('bodies', () => {
  it('are refused exactly where the schema refuses them, never a fault of ours, and never repeated', async () => {
    const turns = fc.array(fc.nat(20), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...CALLS), turns, strange, async (call, where, value) => {
        const sent = json(mutated(call.body, where, value))
        const answer = await api
          .as1(call.verb, call.path())
          .set('Content-Type', 'application/json')
          .send(sent)
        const read = call.schema.safeParse(JSON.parse(sent))
        const told = `${call.verb} ${call.path()} ${sent.slice(0, 300)}: ${answer.status}`
        expect(answer.status, told).toBeLessThan(500)
        if (!read.success) expect([400, 422], told).toContain(answer.status)
        // what no schema sees: text that cannot be stored anywhere, names that may stand in no object
        else if (answer.status === 400) expect(answer.body.code, told).toBe('request/malformed')
        expect(answer.text).not.toContain('CANARYfield')
      }),
      { numRuns: 250 },
    )
  }, 120_000)

  it.each(['role', 'id', 'doctorId', 'status', 'signedAt', 'createdAt', 'price', '__proto__', 'constructor'])(
    'with the field %s are refused by every call',
    async (field) => {
      for (const { verb, path, body } of CALLS) {
        const sent = `{${json(field)}:{"a":1},${json(body).slice(1)}`
        const answer = await api.as1(verb, path()).set('Content-Type', 'application/json').send(sent)
        expect([400, 422], `${path()}: ${answer.status}`).toContain(answer.status)
      }
    },
  )

  it('say what no body can show, what no bill can take and what no list has', async () => {
    const draft = await api.open()
    const save = (fields: Body) =>
      api.as1('patch', `/api/consultations/${draft.id}`).send({ version: draft.version, ...fields })
    for (const fields of [
      { vitals: { temperature: 46 } },
      { vitals: { pulse: 19 } },
      { vitals: { systolic: 80, diastolic: 80 } },
      { vitals: { oxygenSaturation: 101 } },
      { vitals: { height: 1.75 } },
      { vitals: { bmi: 20 } },
      { fee: '45' },
      { fee: '-1.00' },
      { fee: 45 },
      { procedures: [{ description: 'x', price: '1.00', quantity: 0 }] },
      { diagnoses: [{}] },
      { diagnoses: [{ code: 'J06.9' }, { code: 'j06.9' }] },
      {
        diagnoses: [
          { text: 'a', primary: true },
          { text: 'b', primary: true },
        ],
      },
      { diagnoses: [{ code: 'J06.9; drop' }] },
      { followUp: { on: '2026-02-30' } },
    ])
      expect((await save(fields)).status, json(fields)).toBe(400)
    const unknown = await save({ diagnoses: [{ code: 'J06.9' }, { code: 'Z99.9' }] })
    expect([unknown.status, unknown.body.errors[0].path]).toEqual([422, 'diagnoses.1.code'])
    const past = await save({ followUp: { on: '2020-01-01' } })
    expect([past.status, past.body.errors[0].path]).toEqual([422, 'followUp.on'])
    expect((await api.as1('get', `/api/consultations/${draft.id}`)).body).toEqual(draft)
  })

  it('a code that was taken off the list stays where it is written, and can be chosen no more', async () => {
    const one = await api.save(await api.open(), { diagnoses: [{ code: 'A09' }] })
    await api.deps.db('icd10_codes').where({ code: 'A09' }).update({ active: false })
    const two = await api.save(one, { diagnoses: [{ code: 'A09', text: 'with blood' }] })
    expect(two.diagnoses[0]).toMatchObject({ code: 'A09', text: 'with blood' })
    const other = await api.open()
    const refused = await api
      .as1('patch', `/api/consultations/${other.id}`)
      .send({ version: 1, diagnoses: [{ code: 'A09' }] })
    expect(refused.status).toBe(422)
  })
})

describe('any text', () => {
  const NAUGHTY = JSON.parse(
    readFileSync('shared/testing/data/naughty-strings/blns.json', 'utf8'),
  ) as string[]

  it('is kept to the character: notes as they are, lines without the white space around them', async () => {
    let one = await api.open()
    for (let at = 0; at < NAUGHTY.length; at += 4) {
      const [subjective = '', objective = '', assessment = '', plan = ''] = NAUGHTY.slice(at, at + 4)
      const texts = { subjective, objective, assessment, plan }
      const lines = Object.values(texts).map((text) => text.trim())
      const diagnoses = lines.filter((text) => text !== '' && text.length <= 255).map((text) => ({ text }))
      one = await api.save(one, { ...texts, diagnoses })
      const read = (await api.as1('get', `/api/consultations/${one.id}`)).body
      expect(read).toEqual(one)
      expect(read).toMatchObject(texts)
      expect(read.diagnoses.map(({ text }: { text: string }) => text)).toEqual(
        diagnoses.map(({ text }) => text),
      )
    }
  }, 60_000)

  it('of the greatest length and of four-byte characters fits', async () => {
    const plan = '😀'.repeat(5000)
    const one = await api.save(await api.open(), { plan, subjective: '\r\n\t '.repeat(2500) })
    expect((await api.as1('get', `/api/consultations/${one.id}`)).body).toEqual(one)
    expect([one.plan, one.subjective.length]).toEqual([plan, 10_000])
  })
})
