import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Patient } from '../../../shared/patients/schema.ts'
import { cells, type Desk, startDesk } from './testing.ts'

let desk: Desk
let mei: Patient
let raju: Patient
let id: string
beforeAll(async () => {
  desk = await startDesk()
})
beforeEach(async () => {
  ;({ mei, raju, id } = await desk.five())
})
afterAll(() => desk.close())

describe('the desk of an import', () => {
  it('shows who looks like somebody, by the rule of the desk, and waits for decisions', async () => {
    expect(await desk.list(id)).toMatchObject({ piles: { searched: false }, data: [], meta: { next: null } })
    const after = await desk.done(id)
    expect(after).toMatchObject({
      status: 'needs_review',
      phase: 'duplicates',
      counts: { read: 5, inserted: 5 },
      progress: { processed: 5, total: 5, percent: 100 },
    })
    const { piles, data } = await desk.list(id)
    expect(piles).toMatchObject({ searched: true, probable: { open: 3, merged: 0 }, new: 2 })
    expect(data.map(({ score, certainty, reasons, status }) => [score, certainty, reasons, status])).toEqual([
      [90, 'probable', ['name', 'dateOfBirth'], 'open'],
      [90, 'probable', ['name', 'dateOfBirth'], 'open'],
      [80, 'probable', ['phone', 'similarName', 'dateOfBirth'], 'open'],
    ])
    expect(
      data
        .slice(0, 2)
        .map(({ existing }) => existing.id)
        .sort(),
    ).toEqual([mei.id, raju.id].sort())
    for (const { existing, imported: one } of data.slice(0, 2)) {
      const asked = await desk.api
        .call('post', '/api/patients/duplicates')
        .send({ name: one.name, dateOfBirth: one.dateOfBirth })
      expect(asked.body.data.map((each: Patient) => each.id)).toContain(existing.id)
    }
    const [, , inFile] = data
    expect(Number(inFile?.imported.id)).toBeGreaterThan(Number(inFile?.existing.id))
    const again = await desk.done(id)
    expect(again).toMatchObject({ status: 'needs_review' })
    expect((await desk.list(id)).data).toEqual(data)
  })

  it('gives pages by key, and the pairs of one state or certainty', async () => {
    await desk.done(id)
    const all = (await desk.list(id)).data
    const first = await desk.list(id, '?limit=2')
    expect(first.data).toEqual(all.slice(0, 2))
    expect((await desk.list(id, `?limit=2&cursor=${first.meta.next}`)).data).toEqual(all.slice(2))
    expect((await desk.list(id, '?minScore=85')).data).toEqual(all.slice(0, 2))
    expect((await desk.list(id, '?status=merged')).data).toEqual([])
    for (const bad of ['?cursor=x', '?status=split', '?limit=51', '?pile=all'])
      expect((await desk.api.call('get', desk.path(id, bad), desk.api.as.admin)).status, bad).toBe(400)
  })

  it('counts what the keys of the file settled', async () => {
    const [one] = (await desk.api.deps.db('patients').where({ id: mei.id })) as { id_number: string }[]
    const same = cells()
    const other = await desk.imported([
      cells({ id_number: String(one?.id_number) }),
      same,
      { ...same, name: 'Another Name' },
    ])
    await desk.done(other)
    expect((await desk.list(other)).piles).toMatchObject({ exact: { settled: 0, refused: 2 }, new: 1 })
  })
})
