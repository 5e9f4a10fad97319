import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { closeQueues, type JobQueues, openQueues } from '../jobs/queues.ts'
import { type Principal, permissionsOf } from '../rights/permissions.ts'
import { type TestDeps, testDeps } from '../testing/harness.ts'
import { type OperationRequest, requestOperation } from './commands.ts'
import { findVisibleOperation } from './reads.ts'

let deps: TestDeps
let queues: JobQueues

beforeAll(async () => {
  deps = await testDeps()
  queues = openQueues(deps)
})
beforeEach(() => deps.emptyTables())
afterAll(async () => {
  await closeQueues(queues)
  await deps.close()
})

const principal = (userId: string, role: Principal['role'] = 'assistant'): Principal =>
  ({ userId, username: `u${userId}`, role, permissions: permissionsOf(role, []) }) as Principal
const request = (idempotencyKey?: string, sha256 = 'a'.repeat(64)): OperationRequest => ({
  type: 'import',
  kind: 'patients',
  params: { options: {} },
  file: { name: 'p.csv', bytes: 1, sha256, path: '/nowhere' },
  idempotencyKey,
})

it('answers a repeat under the same key with the first operation, also twice at once', async () => {
  for (let i = 0; i < 20; i++) {
    const both = await Promise.all(
      [1, 2].map(() => requestOperation(deps, queues, request(`key-${i}`), { principal: principal('7') })),
    )
    expect(new Set(both.map(({ row }) => row.id)).size).toBe(1)
    expect(both.filter(({ replayed }) => replayed)).toHaveLength(1)
  }
  expect(await deps.db('operations')).toHaveLength(20)
  expect(await deps.db('audit_entries').where({ action: 'imports.request' })).toHaveLength(20)
})

it('refuses the key with another file or other options, and knows keys by person', async () => {
  const asker = { principal: principal('7') }
  const { row } = await requestOperation(deps, queues, request('key'), asker)
  await expect(requestOperation(deps, queues, request('key', 'b'.repeat(64)), asker)).rejects.toMatchObject({
    code: 'request/idempotency-mismatch',
  })
  await expect(
    requestOperation(deps, queues, { ...request('key'), params: { options: { dryRun: true } } }, asker),
  ).rejects.toMatchObject({ code: 'request/idempotency-mismatch' })
  const other = await requestOperation(deps, queues, request('key'), { principal: principal('8') })
  expect(other).toMatchObject({ replayed: false })
  expect(other.row.id).not.toBe(row.id)
})

it('makes two operations of two requests without a key', async () => {
  const asker = { principal: principal('7') }
  const [a, b] = await Promise.all([
    requestOperation(deps, queues, request(), asker),
    requestOperation(deps, queues, request(), asker),
  ])
  expect(a.row.id).not.toBe(b.row.id)
})

it('writes the operation down while the job store is away', async () => {
  const broken = { ...queues, bulk: { add: () => Promise.reject(new Error('away')) } } as unknown as JobQueues
  const { row } = await requestOperation(deps, broken, request(), { principal: principal('7') })
  expect(row.status).toBe('queued')
})

it('shows an operation to its maker and to administrators alone', async () => {
  const { row } = await requestOperation(deps, queues, request(), { principal: principal('7') })
  const seen = (who: Principal) => findVisibleOperation(deps, who, row.id)
  expect(await seen(principal('7'))).toMatchObject({ id: row.id })
  expect(await seen(principal('8'))).toBeUndefined()
  expect(await seen(principal('9', 'admin'))).toMatchObject({ id: row.id })
})
