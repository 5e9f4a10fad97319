import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { drainOnce } from '../../shared/audit/drain.ts'
import { type Family, family, familyList, familyMade } from '../../shared/families/schema.ts'
import type { Patient } from '../../shared/patients/schema.ts'
import { startTestApi, type TestApi } from '../http/testing.ts'
import { type QueueApi, someone, startQueueApi } from '../queue/testing.ts'

let api: QueueApi
let second: TestApi
let known: Patient
beforeAll(async () => {
  api = await startQueueApi()
  second = await startTestApi({ deps: api.deps })
})
afterAll(async () => {
  await second.close()
  await api.close()
})
beforeEach(async () => {
  known = (await api.call('post', '/api/patients').send(someone())).body
})

const members = () => [
  { patient: someone({ name: 'Father Ong' }), relation: 'head' },
  { patientId: known.id, relation: 'spouse' },
  { patient: someone({ name: 'Child Ong' }), relation: 'child' },
]
const post = (body: Record<string, unknown>, key?: string, url = api.url) => {
  const call = api.call('post', '/api/families', api.as.assistant, url)
  if (key !== undefined) call.set('Idempotency-Key', key)
  return call.send({ name: 'Ong', members: members(), ...body })
}
const made = async (body: Record<string, unknown> = {}) => {
  const answer = await post(body)
  expect(answer.status, answer.text).toBe(201)
  return familyMade.parse(answer.body)
}
const see = async (id: string): Promise<Family> => {
  const answer = await api.call('get', `/api/families/${id}`)
  expect(answer.status, answer.text).toBe(200)
  return family.strict().parse(answer.body)
}
const counts = async () => {
  const tables = [
    'families',
    'family_members',
    'patients',
    'patient_words',
    'visits',
    'tickets',
    'audit_entries',
  ]
  const rows = await Promise.all(tables.map((table) => api.deps.db(table).count({ n: '*' }).first()))
  return rows.map((row) => Number(row?.n))
}

describe('registering a family', () => {
  it('takes new and known members, without a ticket', async () => {
    const { family: ong, tickets } = await made()
    expect(tickets).toEqual([])
    expect(ong.members.map(({ name, relation }) => [name, relation])).toEqual([
      ['Father Ong', 'head'],
      [known.name, 'spouse'],
      ['Child Ong', 'child'],
    ])
    expect(await see(ong.id)).toEqual(ong)
    const father = ong.members[0]?.patientId as string
    expect((await api.call('get', `/api/patients/${father}`)).body.name).toBe('Father Ong')
    const of = await api.call('get', `/api/families?patientId=${known.id}`)
    expect(familyList.parse(of.body).data).toEqual([ong])
    const audit = await api.deps
      .db('audit_entries')
      .where({ patient_id: father })
      .orderBy('id')
      .pluck('action')
    expect(audit.slice(0, 2)).toEqual(['patients.register', 'families.create'])
  })

  it('gives one ticket for all, or one each, in the same transaction', async () => {
    const one = await made({ queue: { tickets: 'one', ticket: { reason: 'Cough' } } })
    expect(one.tickets).toHaveLength(1)
    expect(one.tickets[0]).toMatchObject({ reason: 'Cough', patient: { name: 'Father Ong' } })
    expect(one.tickets[0]?.members.map(({ name }) => name)).toEqual(
      one.family.members.map(({ name }) => name),
    )
    const each = await made({ queue: { tickets: 'each' } })
    expect(each.tickets.map(({ patient }) => patient.name)).toEqual(
      each.family.members.map(({ name }) => name),
    )
    const numbers = each.tickets.map(({ number }) => Number(number.slice(1)))
    expect(numbers).toEqual([numbers[0], (numbers[0] as number) + 1, (numbers[0] as number) + 2])
    expect(new Set(each.tickets.map(({ slipToken }) => slipToken)).size).toBe(3)
    const board = await api.board()
    for (const { slipToken: _token, ...ticket } of each.tickets) expect(board).toContainEqual(ticket)
  })

  it('is done once under a key, by two at once in two processes too', async () => {
    for (const tickets of ['one', 'each']) {
      const body = { members: members(), queue: { tickets } }
      const key = `family-${tickets}`
      const answers = await Promise.all([post(body, key), post(body, key, second.url), post(body, key)])
      answers.push(await post(body, key))
      const ids = answers.map(({ status, body: answer }) => [status, answer.family?.id])
      expect(new Set(ids.map((pair) => pair.join()))).toEqual(new Set([`201,${answers[0]?.body.family.id}`]))
      const numbers = answers.map(({ body: answer }) =>
        answer.tickets.map(({ number }: { number: string }) => number).join(),
      )
      expect(new Set(numbers).size).toBe(1)
      expect(answers[0]?.body.tickets).toHaveLength(tickets === 'one' ? 1 : 3)
      expect((await post({ ...body, name: 'Other' }, key)).status).toBe(422)
    }
  })

  it('leaves nothing behind when one of them is refused', async () => {
    const wrong = [
      { patient: someone(), relation: 'head' },
      { patient: { name: 'X', idType: 'NRIC', idNumber: '1' }, relation: 'child' },
    ]
    const taken = [
      { patient: someone(), relation: 'head' },
      { patient: { ...someone(), idType: known.idType, idNumber: known.idNumber }, relation: 'child' },
    ]
    const nobody = [
      { patient: someone(), relation: 'head' },
      { patientId: '88888888', relation: 'child' },
    ]
    const twice = [
      { patientId: known.id, relation: 'head' },
      { patientId: known.id, relation: 'child' },
    ]
    const before = await counts()
    for (const queue of [{}, { queue: { tickets: 'one' } }, { queue: { tickets: 'each' } }]) {
      const refused = await post({ members: wrong, ...queue })
      expect([refused.status, refused.body.errors?.[0].path]).toEqual([422, 'members.1.patient.idNumber'])
      const duplicate = await post({ members: taken, ...queue })
      expect([duplicate.status, duplicate.body.existing?.id]).toEqual([409, known.id])
      const stranger = await post({ members: nobody, ...queue })
      expect([stranger.status, stranger.body.errors?.[0].path]).toEqual([422, 'members.1.patientId'])
      expect((await post({ members: twice, ...queue })).status).toBe(422)
      expect((await post({ members: [], ...queue })).status).toBe(400)
      expect((await post({ members: [{ relation: 'head' }], ...queue })).status).toBe(400)
    }
    expect(await counts()).toEqual(before)
  })
})

describe('changing a family', () => {
  const patch = (path: string, body: Record<string, unknown>) => api.call('patch', path).send(body)

  it('names, adds, relates and removes, each by the version that was seen', async () => {
    const { family: ong } = await made()
    const path = `/api/families/${ong.id}`
    const named = await patch(path, { name: 'Ong & Lim', version: 1 })
    expect(family.parse(named.body)).toMatchObject({ name: 'Ong & Lim', version: 2 })
    const stale = await patch(path, { name: 'x', version: 1 })
    expect([stale.status, stale.body.code, stale.body.current]).toEqual([409, 'state/version', named.body])
    expect((await patch(path, { name: 'x' })).status).toBe(400)

    const baby = { patient: someone({ name: 'Baby Ong' }), relation: 'child', version: 2 }
    const added = await api.call('post', `${path}/members`).send(baby)
    expect(added.body.members.at(-1)).toMatchObject({ name: 'Baby Ong', relation: 'child' })
    const again = await api
      .call('post', `${path}/members`)
      .send({ patientId: known.id, relation: 'other', version: 3 })
    expect([again.status, again.body.code]).toEqual([409, 'state/conflict'])
    expect((await see(ong.id)).version).toBe(3)

    const related = await patch(`${path}/members/${known.id}`, { relation: 'parent', version: 3 })
    expect(related.body.members[1].relation).toBe('parent')
    const remove = (version: number) =>
      api.call('delete', `${path}/members/${known.id}`).set('If-Match', `"${version}"`)
    expect((await remove(3)).status).toBe(409)
    expect((await remove(4)).body.members).toHaveLength(3)
    expect((await remove(5)).status).toBe(404)
    expect((await patch(`${path}/members/${known.id}`, { relation: 'head', version: 5 })).status).toBe(404)
    expect((await see(ong.id)).version).toBe(5)

    expect((await api.call('delete', path).set('If-Match', '"4"')).status).toBe(409)
    expect((await api.call('delete', path).set('If-Match', '"5"')).status).toBe(204)
    expect((await api.call('get', path)).status).toBe(404)
    expect((await api.call('get', `/api/families?patientId=${known.id}`)).body.data).toEqual([])
  })

  it('lets one of two who change it at once win', async () => {
    const { family: ong } = await made()
    const answers = await Promise.all(
      [api.url, second.url].map((url) =>
        api
          .call('patch', `/api/families/${ong.id}`, api.as.assistant, url)
          .send({ name: `By ${url}`, version: 1 }),
      ),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
  })

  it('shows a member who was merged as the survivor, once', async () => {
    const { family: ong } = await made()
    const twin = (await api.call('post', '/api/patients').send(someone({ name: 'Twin Ong' }))).body
    const merge = (otherId: string) =>
      api
        .call('post', `/api/patients/${twin.id}/merge`, api.as.admin)
        .send({ otherId, version: 1, otherVersion: 1 })
    const first = await merge(known.id)
    expect(first.status, first.text).toBe(201)
    expect((await see(ong.id)).members[1]).toMatchObject({ name: 'Twin Ong', relation: 'spouse' })
    const child = ong.members[2]?.patientId as string
    const both = await api
      .call('post', `/api/patients/${twin.id}/merge`, api.as.admin)
      .send({ otherId: child, version: 2, otherVersion: 1 })
    expect(both.status, both.text).toBe(201)
    expect((await see(ong.id)).members.map(({ name }) => name)).toEqual(['Father Ong', 'Twin Ong'])
    const apart = await api.call('post', `/api/patients/merges/${both.body.merge.id}/undo`, api.as.admin)
    expect(apart.status, apart.text).toBe(201)
    expect((await see(ong.id)).members.map(({ name }) => name)).toEqual([
      'Father Ong',
      'Twin Ong',
      'Child Ong',
    ])
  })

  it('is not for those who may not write patients', async () => {
    const { family: ong } = await made()
    const body = { name: 'x', version: 1 }
    expect((await api.call('patch', `/api/families/${ong.id}`, api.as.cashier).send(body)).status).toBe(403)
    expect((await api.call('get', `/api/families/${ong.id}`, api.as.cashier)).status).toBe(200)
    for (const id of ['x', '99999999'])
      expect((await api.call('get', `/api/families/${id}`)).status).toBe(404)
    expect((await api.call('get', '/api/families')).status).toBe(400)
    // only files that are closed are drained
    await api.services.spool.close()
    await drainOnce(api.deps)
    const [look] = await api.deps.db('audit_entries').where({ action: 'families.read' }).orderBy('id', 'desc')
    const shown = ong.members.map(({ patientId }) => patientId)
    expect(JSON.stringify(look.detail).replaceAll('\\', '')).toContain(JSON.stringify(shown))
  })
})
