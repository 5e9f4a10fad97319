import { randomUUID } from 'node:crypto'
import request from 'supertest'
import { addDays } from '../../../shared/units/dates.ts'
import { type ClinicalApi, startClinicalApi } from '../../certificates/testing.ts'
import type { Route } from '../../http/route.ts'

/** A clinic that has one of each thing, so that every route can be called with ids that lead somewhere. */
export interface FilledApi extends ClinicalApi {
  chief: string
  /** Ids by the first part of the path behind `/api/`, and by the name of the parameter where that differs. */
  ids: Readonly<Record<string, string>>
  /** The address of a route, its parameters filled in. */
  pathOf(route: Pick<Route, 'path'>): string
  /** Who calls a route: doctors what is theirs, everything else the super administrator. */
  cookieOf(route: Pick<Route, 'path'>): string
  /** Sums of all tables but those that are written beside: what nothing may change that is refused. */
  sums(): Promise<Record<string, string>>
}

const DOCTORS = /^\/api\/(consultations|certificates|letters|note-templates|prescriptions)/
/** Written by the API in the background or by every call. */
const BESIDE = /^(audit_|knex_|cache_invalidations$|outbox_events$|idempotency_keys$)/

function made<T = { id: string }>(answer: request.Response, what: string): T {
  if (answer.status > 201) throw new Error(`${what}: ${answer.status} ${answer.text}`)
  return answer.body
}

async function addPapers(api: ClinicalApi, ids: Record<string, string>): Promise<void> {
  const { call, as } = api
  ids.certificates = (await api.certificate()).id
  const consultation = await api.consultation()
  ids.consultations = consultation
  const tablet = { sku: 'EACH-1', genericName: 'Oneofeach', unit: 'tablet', sellingPrice: '1.00' }
  ids.medications = made(await call('post', '/api/medications', as.admin).send(tablet), 'medicine').id
  const batch = { batchNo: 'B1', expiresOn: addDays(api.today, 365), quantity: 100 }
  const stock = await call('post', `/api/medications/${ids.medications}/stock`, as.admin).send(batch)
  ids.batchId = made<{ batches: { id: string }[] }>(stock, 'stock').batches[0]?.id as string
  const prescribed = await call('put', `/api/consultations/${consultation}/prescription`, as.doctor).send({
    version: 0,
    lines: [{ medicationId: ids.medications, dose: 1, frequency: 'STAT' }],
  })
  ids.dispensing = made<{ lines: { id: string }[] }>(prescribed, 'prescription').lines[0]?.id as string
  const slip = { kind: 'time_slip', from: '09:00', to: '10:00' }
  const letter = await call('post', `/api/consultations/${consultation}/letters`, as.doctor).send(slip)
  ids.letters = made(letter, 'letter').id
  const note = { name: 'One of each', plan: 'x' }
  ids['note-templates'] = made(await call('post', '/api/note-templates', as.doctor).send(note), 'note').id
}

async function addMoney(api: ClinicalApi, ids: Record<string, string>, visitId: string): Promise<void> {
  const { call, as } = api
  const line = { version: 0, kind: 'other', description: 'x', quantity: 1, unitPrice: '5.00' }
  const billed = await call('post', `/api/bills/${visitId}/items`, as.cashier).send(line)
  const bill = made<{ version: number; balance: string; items: { id: string }[] }>(billed, 'line')
  ids.itemId = bill.items.find(({ id }) => id !== undefined && id !== null)?.id ?? '1'
  const sent = { visitId, version: bill.version, balance: bill.balance, deposit: true }
  const paid = await call('post', '/api/payments', as.cashier)
    .set('Idempotency-Key', randomUUID())
    .send({ ...sent, tenders: [{ method: 'card', amount: '2.00' }] })
  const payment = made<{ id: string; number: string }>(paid, 'payment')
  Object.assign(ids, { bills: visitId, payments: payment.id, receipts: payment.number })
  const panel = { code: 'P1', name: 'Panel', kind: 'company' }
  ids.panels = made(await call('post', '/api/panels', as.admin).send(panel), 'panel').id
  ids.shifts = made(await call('post', '/api/shifts', as.cashier).send({ float: '10.00' }), 'shift').id
}

async function addOffice(api: ClinicalApi, ids: Record<string, string>, chief: string): Promise<void> {
  const { call } = api
  ids.users = await api.user('cashier', 'somebody')
  const token = { name: 'x', scopes: ['patients.view'] }
  ids.tokens = made(await call('post', '/api/tokens', chief).send(token), 'token').id
  const screen = await call('post', '/api/displays', chief).send({ name: 'Hall' })
  ids.displays = made(screen, 'screen').id
  const rule = { network: '203.0.113.0/24', reason: 'x' }
  ids.security = made(await call('post', '/api/security/blocks', chief).send(rule), 'rule').id
  const report = { report: 'daily-collection', params: { from: api.today, to: api.today } }
  const asked = await request(api.url)
    .post('/api/reports')
    .set('Cookie', chief)
    .set('X-Requested-With', 'clinic')
    .send(report)
  if (asked.status !== 202) throw new Error(`report: ${asked.text}`)
  Object.assign(ids, {
    operations: asked.body.operation.id,
    backups: asked.body.operation.id,
    files: asked.body.operation.id,
    settings: 'clinic.name',
    schedules: 'backup',
    maintenance: 'tidy',
    kind: 'patients',
    code: 'x',
    file: 'none.js',
    session: 'A'.repeat(43),
  })
}

/** Starts {@link FilledApi}; call `close` in afterAll. */
export async function startFilledApi(
  options: Parameters<typeof startClinicalApi>[0] = {},
): Promise<FilledApi> {
  const api = await startClinicalApi(options)
  const chief = await api.signIn('super_admin')
  const ids: Record<string, string> = {}
  const ticket = await api.ticket()
  Object.assign(ids, { queue: ticket.id, patients: ticket.patient.id, track: ticket.slipToken })
  ids.doctors = api.doctorId
  const appointment = {
    patientId: ids.patients,
    doctorId: api.doctorId,
    start: `${addDays(api.today, 1)}T10:00:00+08:00`,
  }
  ids.appointments = made(await api.call('post', '/api/appointments').send(appointment), 'booking').id
  const members = [{ patientId: ids.patients, relation: 'head' }]
  const family = await api.call('post', '/api/families').send({ name: 'One', members })
  ids.families = made<{ family: { id: string } }>(family, 'family').family.id
  await addPapers(api, ids)
  await addMoney(api, ids, ticket.visitId)
  await addOffice(api, ids, chief)
  const pathOf: FilledApi['pathOf'] = ({ path }) => {
    const [, , thing = ''] = path.split('/')
    return path.replace(/:(\w+)/g, (_, name: string) =>
      name === 'patientId' ? `${ids.patients}` : (ids[name] ?? ids[thing] ?? '1'),
    )
  }
  const tables = (
    await api.deps
      .db('information_schema.tables')
      .where({ table_schema: api.deps.database.name, table_type: 'BASE TABLE' })
      .pluck('table_name')
  ).filter((name: string) => !BESIDE.test(name))
  return {
    ...api,
    chief,
    ids,
    pathOf,
    cookieOf: ({ path }) => (DOCTORS.test(path) ? api.as.doctor : chief),
    sums: async () => {
      const [rows] = await api.deps.database.admin.raw(`checksum table ${tables.join(', ')}`)
      return Object.fromEntries(
        (rows as { Table: string; Checksum: unknown }[]).map(({ Table, Checksum }) => [
          Table.slice(Table.indexOf('.') + 1),
          String(Checksum),
        ]),
      )
    },
  }
}
