import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { getPatientHistory } from '../../../shared/consultations/history/history.ts'
import { undoOperation } from '../../../shared/operations/commands.ts'
import { type TestDeps, testDeps } from '../../../shared/testing/harness.ts'
import { passwordMatches } from '../../../shared/users/password.ts'
import { type ImportRig, importRig } from '../testing.ts'

let deps: TestDeps
let rig: ImportRig
beforeAll(async () => {
  deps = await testDeps()
  rig = importRig(deps)
})
beforeEach(async () => {
  await deps.emptyTables()
  await rig.import({ text: 'doctor_code,name\nDR01,Dr A\nDR02,Dr B\n' }, {}, 'doctors')
  await rig.import({
    text:
      'external_id,name,id_type,id_number,date_of_birth,gender,phone,registered_at\n' +
      'P1,Siti,PASSPORT,A0000001,1990-01-01,F,0123456789,2024-01-01\n',
  })
})
afterAll(async () => {
  await rig.close()
  await deps.close()
})

const imported = (kind: string, text: string, options?: Record<string, unknown>) =>
  rig.import({ text }, options, kind)

async function refused(no: number) {
  const rows = await deps.db('operation_errors').where({ operation_no: no }).orderBy('row_no')
  return Object.fromEntries(
    rows.map((row) => [row.row_no, row.problems.map(({ code }: { code: string }) => code)]),
  )
}

async function undo(id: string) {
  await undoOperation(deps, rig.services.queues, id, { principal: null })
  await rig.run(id)
  return rig.record(id)
}

describe('appointments', () => {
  const HEADER = 'external_id,patient_external_id,doctor_code,start_at,minutes,reason,status\n'
  const FIRST = 'B1,P1,DR01,2026-12-08 09:30,15,Review,booked\nB2,P1,DR01,2026-12-08 09:45,30,,\n'
  const slots = () =>
    deps
      .db('appointment_slots')
      .orderBy(['doctor_id', 'slot_at'])
      .select('doctor_id', 'slot_at', 'appointment_id')

  it('take their doctor’s time, and every rule has its reason', async () => {
    const text =
      `${HEADER}${FIRST}B1,P1,DR02,2026-12-08 09:30,15,,\nB3,P1,DR01,2026-12-08T02:00:00Z,15,,\n` +
      'B4,P9,DR01,2026-12-09 09:30,15,,\nB5,P1,DR09,2026-12-09 09:30,15,,\nB6,P1,DR01,2026-12-09 09:31,15,,\n' +
      'B7,P1,DR01,2026-12-09 09:30,7,,\nB8,P1,DR01,2026-12-09 09:30,15,,maybe\n' +
      'B9,P1,DR01,2026-12-08 09:30,15,,cancelled\n,P1,DR01,2026-12-10 09:30,15,,\n'
    const reasons = {
      ...{ 3: ['DUPLICATE_EXTERNAL_ID'], 4: ['CLASH'], 5: ['UNKNOWN_PATIENT'], 6: ['UNKNOWN_DOCTOR'] },
      ...{ 7: ['BAD_START_AT'], 8: ['BAD_MINUTES'], 9: ['BAD_STATUS'], 11: ['MISSING_EXTERNAL_ID'] },
    }
    const rehearsed = await imported('appointments', text, { dryRun: true })
    expect(await refused(rehearsed.no)).toEqual(reasons)
    expect(await slots()).toEqual([])
    const done = await imported('appointments', text)
    expect(await refused(done.no)).toEqual(reasons)
    expect(done.counts).toMatchObject({ read: 11, inserted: 3, rejected: 8 })
    expect((await slots()).map(({ slot_at }) => slot_at.slice(0, 16))).toEqual(
      ['30', '35', '40', '45', '50', '55']
        .map((minute) => `2026-12-08 01:${minute}`)
        .concat(['00', '05', '10'].map((minute) => `2026-12-08 02:${minute}`)),
    )
    await undo(done.id)
    expect(await slots()).toEqual([])
    expect(await deps.db('appointments').select('id')).toEqual([])
  })

  it('move with their slots, and come back when that is taken back', async () => {
    await imported('appointments', HEADER + FIRST)
    const before = await slots()
    const moved = await imported(
      'appointments',
      `${HEADER}B1,P1,DR02,2026-12-08 10:00,15,Review,booked\nB2,P1,DR01,2026-12-08 09:30,15,,\n`,
      { onDuplicate: 'update' },
    )
    expect(moved.error).toBeNull()
    expect(moved.counts).toMatchObject({ updated: 2, rejected: 0 })
    expect((await slots()).length).toBe(6)
    expect((await undo(moved.id)).note).toContain('2 restored')
    expect(await slots()).toEqual(before)
  })
})

describe('users', () => {
  const HEADER = 'username,name,email,role,doctor_code\n'

  it('come in without a password, linked to their doctor, and nobody is changed by a file', async () => {
    const done = await imported(
      'users',
      `${HEADER}Siti,Siti Aminah,SITI@clinic.example,assistant,\ndra,Dr A,dra@clinic.example,Doctor,DR01\n` +
        'siti,Again,other@clinic.example,assistant,\nx2,X,siti@clinic.example,cashier,\nx3,X,x3@clinic.example,boss,\n' +
        'x4,X,none,cashier,\nx5,X,x5@clinic.example,doctor,DR01\nx6,X,x6@clinic.example,doctor,DR77\n,X,x7@c.example,cashier,\n',
    )
    expect(await refused(done.no)).toEqual({
      ...{ 3: ['DUPLICATE_USERNAME'], 4: ['DUPLICATE_EMAIL'], 5: ['BAD_ROLE'], 6: ['BAD_EMAIL'] },
      ...{ 7: ['DOCTOR_TAKEN'], 8: ['UNKNOWN_DOCTOR'], 9: ['MISSING_USERNAME'] },
    })
    expect(done.counts).toMatchObject({ read: 9, inserted: 2, rejected: 7 })
    const siti = await deps.db('users').where({ username: 'siti' }).first()
    expect(siti).toMatchObject({ email: 'siti@clinic.example', role: 'assistant', active: 1 })
    expect(await passwordMatches(siti.password_hash, '!')).toBe(false)
    const doctor = await deps.db('doctors').where({ code: 'DR01' }).first()
    expect(doctor.user_id).toBe((await deps.db('users').where({ username: 'dra' }).first('id')).id)
    const changed = await imported('users', `${HEADER}siti,Siti,siti@clinic.example,super_admin,\n`, {
      onDuplicate: 'update',
    })
    expect(await refused(changed.no)).toEqual({ 1: ['CONFLICT'] })
    expect((await undo(done.id)).note).toContain('2 removed')
    expect(await deps.db('doctors').whereNotNull('user_id').first('id')).toBeUndefined()
  })

  it('nobody gives a role above his own', async () => {
    const [admin] = await deps
      .db('users')
      .insert({ username: 'boss', name: 'B', role: 'admin', password_hash: 'x' })
    const waiting = await rig.request(
      { text: `${HEADER}a1,A,a1@clinic.example,super_admin,\na2,A,a2@clinic.example,admin,\n` },
      {},
      'users',
    )
    await deps.db('operations').where({ id: waiting.id }).update({ created_by: admin })
    await rig.run(waiting.id)
    const done = await rig.record(waiting.id)
    expect(await refused(done.no)).toEqual({ 1: ['FORBIDDEN_ROLE'] })
    expect(await deps.db('users').orderBy('id').pluck('username')).toEqual(['boss', 'a2'])
  })
})

describe('conditions', () => {
  const HEADER = 'external_id,patient_external_id,recorded_on,code,text,status\n'

  it('stand in the file of their patient, and every rule has its reason', async () => {
    await rig.import({ text: 'code,title\nI10,Essential hypertension\n' }, {}, 'icd10')
    const done = await imported(
      'conditions',
      `${HEADER}C1,P1,08/03/2024,i10,,Active\nC2,P1,2020-01-01,,Asthma as a child,\nC2,P1,2020-01-01,,Again,\n` +
        'C3,P9,2020-01-01,I10,,\nC4,P1,2020-02-30,I10,,\nC5,P1,2020-01-01,,,\nC6,P1,2020-01-01,xx,,\n,P1,2020-01-01,I10,,\n',
    )
    expect(await refused(done.no)).toEqual({
      ...{ 3: ['DUPLICATE_EXTERNAL_ID'], 4: ['UNKNOWN_PATIENT'], 5: ['BAD_DATE'], 6: ['MISSING_DIAGNOSIS'] },
      ...{ 7: ['BAD_DIAGNOSIS_CODE'], 8: ['MISSING_EXTERNAL_ID'] },
    })
    const { id } = await deps.db('patients').first('id')
    const rights = { notes: true, prescriptions: true, certificates: true, payments: 'all' } as const
    const history = await getPatientHistory(deps, String(id), { limit: 5 }, rights)
    expect(history.conditions).toEqual([
      {
        recordedOn: '2024-03-08',
        code: 'I10',
        title: 'Essential hypertension',
        text: null,
        status: 'active',
      },
      { recordedOn: '2020-01-01', code: null, title: null, text: 'Asthma as a child', status: null },
    ])
    const seen = await getPatientHistory(deps, String(id), { limit: 5 }, { ...rights, notes: false })
    expect(seen.conditions).toBeUndefined()
    expect((await undo(done.id)).note).toContain('2 removed')
  })
})
