import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fromBufferPromise } from 'yauzl'
import { type TestDeps, testDeps, testEnv } from '../../../shared/testing/harness.ts'
import { startProcess } from '../../../shared/testing/processes.ts'
import { type FileRig, fileRig } from '../../files/testing.ts'

const VISITS = 3000
const WITHIN_MS = 120_000
let deps: TestDeps
let rig: FileRig

beforeAll(async () => {
  deps = await testDeps()
  rig = fileRig(deps)
})
afterAll(async () => {
  await rig.close()
  await deps.close()
})

it('a patient’s file whose worker is killed is made by the next one, whole and once', {
  timeout: 300_000,
}, async () => {
  const { db } = deps
  const stamps = { created_at: '2026-01-01', updated_at: '2026-01-01' }
  const [doctorId] = await db('doctors').insert({
    code: 'DR1',
    name: 'Dr Doctor',
    working_hours: '{}',
    ...stamps,
  })
  await db('patients').insert({ id: 7, name: 'Often here', ...stamps })
  await deps.database.admin.raw(
    `insert into visits (id, patient_id, visited_on, doctor_id, created_at)
     select seq, 7, date '2018-01-01' + interval seq day, ?, '2026-01-01' from seq_1_to_1000000 limit ?`,
    [doctorId as number, VISITS],
  )
  await deps.database.admin.raw(
    `insert into consultations (visit_id, patient_id, doctor_id, day, status, vitals, subjective, objective, assessment,
       plan, procedures, created_at, updated_at)
     select id, 7, doctor_id, visited_on, 'signed', '{"pulse":72}', repeat('Demam tiga hari. ', 20), '', 'URTI',
       'Review', '[]', created_at, created_at from visits`,
  )
  const { id } = await rig.request('export', 'patient-file', {
    filter: { patientId: '7' },
    format: 'zip',
    reason: 'Test',
  })
  const first = await startProcess('worker', testEnv())
  const statusIs = (status: string) =>
    expect.poll(async () => (await rig.record(id)).status, { interval: 20, timeout: WITHIN_MS }).toBe(status)
  await statusIs('active')
  first.signal('SIGKILL')
  const second = await startProcess('worker', testEnv())
  await statusIs('completed')
  await second.stop()
  const zip = await fromBufferPromise(await rig.bytes(id))
  const sizes = new Map<string, number>()
  for await (const entry of zip.eachEntry()) {
    const content = await buffer(await zip.openReadStreamPromise(entry))
    sizes.set(entry.fileName, content.length)
    if (entry.fileName === 'record.json') expect(JSON.parse(String(content)).visits).toHaveLength(VISITS)
  }
  expect([...sizes.keys()]).toEqual(['record.pdf', 'record.json', 'fhir-bundle.json'])
  const files = await db('result_files')
  expect(files).toHaveLength(1)
  expect(await readdir(join(deps.config.DATA_DIR, 'results'))).toEqual([files[0].path])
  expect(await readdir(join(deps.config.DATA_DIR, 'work')).catch(() => [])).toEqual([])
})
