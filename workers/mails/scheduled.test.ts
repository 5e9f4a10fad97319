import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { takeMail } from '../../shared/mails/commands.ts'
import { type Principal, permissionsOf } from '../../shared/rights/permissions.ts'
import { runDue } from '../../shared/schedules/commands.ts'
import { createReportSchedule, endReportSchedule } from '../../shared/schedules/reports/commands.ts'
import { getReportSchedules } from '../../shared/schedules/reports/reads.ts'
import { reportScheduleInput } from '../../shared/schedules/reports/schema.ts'
import { type TestDeps, testDeps } from '../../shared/testing/harness.ts'
import { clinicDay } from '../../shared/units/dates.ts'
import { type FileRig, fileRig } from '../files/testing.ts'
import { tidyOnce } from '../maintenance/tidy.ts'
import { sendNext } from './send.ts'
import { type MailServer, startMailServer } from './testing.ts'
import { openTransport } from './transport.ts'

const DAY_MS = 86_400_000
const at = (text: string) => new Date(`${text}+08:00`)
const ASKED = {
  title: 'Takings of yesterday',
  report: 'daily-collection',
  period: 'yesterday',
  every: 'day',
  at: '06:00',
}

let deps: TestDeps
let rig: FileRig
let mails: MailServer
let owner: Principal
let now: Date

beforeAll(async () => {
  deps = await testDeps({ PUBLIC_URL: 'https://clinic.example' }, { clock: { now: () => now } })
  rig = fileRig(deps)
})
beforeEach(async () => {
  await deps.emptyTables()
  now = at('2026-03-02T12:00:00')
  const [id] = await deps.db('users').insert({ username: 'o', name: 'O', role: 'admin', password_hash: '-' })
  owner = {
    userId: String(id),
    username: 'o',
    name: 'O',
    role: 'admin',
    permissions: permissionsOf('admin', []),
  }
  mails = await startMailServer()
})
beforeEach(() => () => mails.close())
afterAll(async () => {
  await rig.close()
  await deps.close()
})

const who = () => ({ userId: owner.userId, username: owner.username, role: owner.role })
const schedule = (more: object = {}) =>
  createReportSchedule(deps, reportScheduleInput.parse({ ...ASKED, ...more }), owner, who(), undefined)
const post = (url = mails.url) => sendNext(deps, openTransport({ SMTP_URL: url }))
const lastMail = async () => (await getReportSchedules(deps, owner)).data[0]?.lastMail

/** The next morning: what is due is asked for and made. */
async function morning(): Promise<string[]> {
  now = at(`${clinicDay(new Date(now.getTime() + DAY_MS))}T06:00:30`)
  const due = (await runDue(deps, rig.services.queues)).filter(({ type }) => type === 'report')
  for (const { id } of due) expect((await rig.run(id)).end).toBe('done')
  return due.map(({ id }) => id)
}

describe('a report that is made by itself', () => {
  it("lies on its owner's shelf in the morning, about the day before, and is sent once with its file", async () => {
    await schedule({ recipients: ['one@clinic.test', 'two@clinic.test'], attach: true, format: 'csv' })
    const [id = ''] = await morning()
    expect(await rig.record(id)).toMatchObject({
      type: 'report',
      kind: 'daily-collection',
      created_by: owner.userId,
      params: { params: { from: '2026-03-02', to: '2026-03-02' }, format: 'csv' },
    })
    expect(await deps.db('result_files').where({ operation_id: id, created_by: owner.userId })).toHaveLength(
      1,
    )
    // two workers look at once
    expect((await Promise.all([post(), post()])).includes(true)).toBe(true)
    while (await post()) {}
    expect(mails.received).toHaveLength(1)
    const [{ from, to, raw }] = mails.received as [(typeof mails.received)[0]]
    expect([from, to]).toEqual(['clinic@clinic.example', ['one@clinic.test', 'two@clinic.test']])
    expect(raw).toContain('Subject: Takings of yesterday is ready')
    expect(raw).toContain(`Message-ID: <${id}@clinic.example>`)
    expect(raw).toContain('https://clinic.example/reports')
    const attached = /filename=daily-collection-2026-03-03\.csv[\s\S]*?\r\n\r\n([A-Za-z0-9+/=\r\n]+)/.exec(
      raw,
    )?.[1]
    expect(Buffer.from(attached ?? '', 'base64').equals(await rig.bytes(id))).toBe(true)
  })

  it('that names patients says only where it lies', async () => {
    const panel = { code: 'P', name: 'P', kind: 'corporate', percent_bp: 10_000, copay_sen: 0 }
    await deps.db('panels').insert({ id: 1, ...panel, created_at: '2026-01-01', updated_at: '2026-01-01' })
    const more = { report: 'panel-statement', params: { panelId: '1' }, period: 'last-month' }
    await schedule({ ...more, every: 'month', monthDay: 3, recipients: ['one@clinic.test'], language: 'ms' })
    const [id = ''] = await morning()
    expect((await rig.record(id)).params).toMatchObject({ params: { panelId: '1', month: '2026-02' } })
    await post()
    expect(mails.received[0]?.raw).toContain('sudah sedia')
    expect(mails.received[0]?.raw).not.toMatch(/filename|attachment/)
  })

  it('was missed for a week: made up for once, about the day before its last time', async () => {
    await schedule()
    now = new Date(now.getTime() + 6 * DAY_MS)
    const ids = await morning()
    expect(ids).toHaveLength(1)
    expect((await rig.record(ids[0] ?? '')).params).toMatchObject({
      params: { from: '2026-03-08', to: '2026-03-08' },
    })
  })

  it('is asked for by nobody once its owner has left, and not once it was ended', async () => {
    const { name } = await schedule()
    await deps.db('users').where({ id: owner.userId }).update({ active: false })
    expect(await morning()).toEqual([])
    expect(await deps.db('schedules').where({ name }).first('enabled')).toEqual({ enabled: 0 })
    await deps.db('users').where({ id: owner.userId }).update({ active: true })
    const other = await schedule()
    await endReportSchedule(deps, other.name, owner, who())
    expect(await morning()).toEqual([])
  })

  it('fails openly when its owner may not have it any more', async () => {
    await schedule({ recipients: ['one@clinic.test'] })
    await deps.db('users').where({ id: owner.userId }).update({ role: 'pharmacist' })
    now = at('2026-03-03T06:00:30')
    const [due] = (await runDue(deps, rig.services.queues)).filter(({ type }) => type === 'report')
    expect((await rig.run(due?.id ?? '')).end).toBe('failed')
    expect(await deps.db('mails')).toEqual([])
  })
})

describe('a mail', () => {
  it('waits while the mail server is away, and is sent once when it is back', async () => {
    await schedule({ recipients: ['one@clinic.test'] })
    const [id] = await morning()
    const { url } = mails
    await mails.close()
    expect(await post(url)).toBe(true)
    expect(await lastMail()).toMatchObject({ status: 'waiting', fault: expect.stringMatching(/^E/) })
    expect(await post(url)).toBe(false)
    mails = await startMailServer(Number(new URL(url).port))
    now = new Date(now.getTime() + 61_000)
    expect([await post(url), await post(url)]).toEqual([true, false])
    expect(mails.received.map(({ raw }) => /Message-ID: <(.*)@/.exec(raw)?.[1])).toEqual([id])
    expect(await lastMail()).toMatchObject({ status: 'sent', fault: null })
  })

  it('that a worker had in its hand when it died is sent by another', async () => {
    await schedule({ recipients: ['one@clinic.test'] })
    await morning()
    expect(await takeMail(deps)).toBeDefined()
    expect(await post()).toBe(false)
    now = new Date(now.getTime() + 10 * 60_000)
    expect(await post()).toBe(true)
    expect(mails.received).toHaveLength(1)
  })

  it('to nobody who is known there is given up, and said so', async () => {
    await schedule({ recipients: ['one@refused.test'] })
    await morning()
    expect(await post()).toBe(true)
    expect(await lastMail()).toMatchObject({ status: 'failed', fault: 'EENVELOPE 550' })
  })

  it('without a mail server is not sent, and said so', async () => {
    await schedule({ recipients: ['one@clinic.test'] })
    await morning()
    expect(await sendNext(deps, openTransport({ SMTP_URL: undefined }))).toBe(true)
    expect(await lastMail()).toMatchObject({ status: 'failed', fault: 'not-set-up' })
  })

  it('is forgotten half a year after it was sent, and never while it waits', async () => {
    await schedule({ recipients: ['one@clinic.test'] })
    await morning()
    await deps.db('mails').update({ created_at: '2020-01-01', due_at: '2020-01-01' })
    await tidyOnce(deps)
    expect(await deps.db('mails')).toHaveLength(1)
    await deps.db('mails').update({ status: 'sent', ended_at: '2020-01-02' })
    await tidyOnce(deps)
    expect(await deps.db('mails')).toEqual([])
  })

  it('goes encrypted, unless the server is this machine or said to be trusted', () => {
    const tls = (url: string) =>
      openTransport({ SMTP_URL: url })?.options as { requireTLS?: boolean; secure?: boolean }
    expect(tls('smtp://u:p@mail.example')).toMatchObject({ requireTLS: true, secure: false })
    expect(tls('smtps://u:p@mail.example')).toMatchObject({ secure: true })
    expect(tls('smtp://mail.example?tls=off')).toMatchObject({ requireTLS: false })
    expect(tls('smtp://127.0.0.1:2525')).toMatchObject({ requireTLS: false })
  })
})
