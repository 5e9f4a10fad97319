import { expect } from 'vitest'
import {
  type DuplicatePair,
  type DuplicatesFound,
  duplicatesFound,
} from '../../../shared/imports/duplicates/schema.ts'
import type { Operation } from '../../../shared/operations/schema.ts'
import type { Patient } from '../../../shared/patients/schema.ts'
import { csvOf, type PersonCells } from '../../../shared/testing/people.ts'
import { importRig } from '../../../workers/imports/testing.ts'
import { startQueueApi } from '../../queue/testing.ts'

let serial = 0

/** A row of a file, unlike every other but for what is said. */
export function cells(more: PersonCells = {}): PersonCells {
  serial++
  return {
    external_id: `D${serial}`,
    name: `Unlike${serial} Nobody${serial}`,
    id_type: 'PASSPORT',
    id_number: `DUP${100_000 + serial}`,
    date_of_birth: `20${10 + (serial % 10)}-0${1 + (serial % 9)}-1${serial % 10}`,
    gender: 'F',
    phone: `0129${String(serial).padStart(6, '0')}`,
    registered_at: '2024-02-29',
    ...more,
  }
}

/** What puts a pair together as it was seen. */
export const mergeOf = ({ id, imported, existing }: DuplicatePair, stays = 'existing') => ({
  pair: id,
  decision: 'merge',
  stays,
  importedVersion: imported.version,
  existingVersion: existing.version,
})

let year = 1949

/** An API with imports whose duplicates are looked for and decided here, by an administrator. */
export async function startDesk() {
  const api = await startQueueApi()
  const rig = importRig(api.deps)
  const path = (id: string, rest = '') => `/api/operations/${id}/duplicates${rest}`
  const register = async (more: Record<string, unknown>): Promise<Patient> => {
    serial++
    const answer = await api
      .call('post', '/api/patients')
      .send({ idType: 'PASSPORT', idNumber: `DESK${10_000 + serial}`, ...more })
    expect(answer.status, answer.text).toBe(201)
    return answer.body
  }
  const imported = async (rows: readonly PersonCells[], options = {}): Promise<string> => {
    const answer = await api
      .call('post', '/api/imports', api.as.admin)
      .field('kind', 'patients')
      .field('options', JSON.stringify(options))
      .attach('file', Buffer.from(csvOf(rows)), 'p.csv')
    expect(answer.status, answer.text).toBe(202)
    await rig.run(answer.body.operation.id)
    return answer.body.operation.id
  }
  const ask = (id: string, body: object = {}, cookie = api.as.admin) =>
    api.call('post', path(id), cookie).send(body)
  const record = async (id: string): Promise<Operation> =>
    (await api.call('get', `/api/operations/${id}`, api.as.admin)).body
  return {
    api,
    rig,
    path,
    register,
    imported,
    ask,
    record,
    async list(id: string, query = ''): Promise<DuplicatesFound> {
      const answer = await api.call('get', path(id, query), api.as.admin)
      expect(answer.status, answer.text).toBe(200)
      return duplicatesFound.strict().parse(answer.body)
    },
    /** Asks, lets a worker do it, and answers the operation after it. */
    async done(id: string, body: object = {}): Promise<Operation> {
      const answer = await ask(id, body)
      expect(answer.status, answer.text).toBe(202)
      expect(answer.body.operation).toMatchObject({ id, status: 'queued', phase: 'duplicates' })
      await rig.run(id)
      return record(id)
    },
    split: (mergeId: string | null) => api.call('post', `/api/patients/merges/${mergeId}/undo`, api.as.admin),
    /**
     * Two who were there, and a file in which each comes again, somebody stands twice, and somebody is new. Of another
     * year each time: nobody looks like those of the test before.
     */
    async five(): Promise<{ mei: Patient; raju: Patient; id: string }> {
      year++
      const on = (day: string) => `${year}-${day}`
      const phone = `0137${100_000 + year}`
      const mei = await register({
        name: 'Tan Mei Ling',
        dateOfBirth: on('05-06'),
        phone: `014-9${year} 001`,
      })
      const raju = await register({ name: 'Raju a/l Kumar', dateOfBirth: on('11-30'), allergies: 'Latex' })
      const id = await imported([
        cells({ name: 'Tan Mei Ling', date_of_birth: on('05-06'), email: 'mei@mail.example' }),
        cells({ name: 'Kumar Raju', date_of_birth: on('11-30') }),
        cells({ name: 'Nurul Izzati', date_of_birth: on('02-13'), phone }),
        cells({ name: 'Nurul Izzatti', date_of_birth: on('02-13'), phone }),
        cells(),
      ])
      return { mei, raju, id }
    },
    async close(): Promise<void> {
      await rig.close()
      await api.close()
    },
  }
}

export type Desk = Awaited<ReturnType<typeof startDesk>>
