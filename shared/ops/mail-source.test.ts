import { Registry } from 'prom-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestDeps, testDeps } from '../testing/harness.ts'
import { mailsSource } from './mail-source.ts'

let deps: TestDeps
beforeAll(async () => {
  deps = await testDeps()
  await deps.emptyTables()
})
afterAll(() => deps.close())

async function figures(): Promise<[number, number]> {
  const registry = new Registry()
  mailsSource(deps.db)(registry)
  const text = await registry.metrics()
  const of = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
  return [of('clinic_mails_oldest_seconds'), of('clinic_mails_failed')]
}

it('shows how long the oldest mail waits, and how many were given up within a day', async () => {
  expect(await figures()).toEqual([0, 0])
  const ago = (minutes: number) => deps.db.raw('utc_timestamp(3) - interval ? minute', [minutes])
  const mail = (operation_id: string, status: string, minutes: number) => ({
    ...{ operation_id, status, title: 'T', language: 'en', recipients: '[]', attach: false },
    ...{ due_at: ago(0), created_at: ago(minutes), ended_at: status === 'waiting' ? null : ago(minutes) },
  })
  await deps
    .db('mails')
    .insert([
      mail('a', 'waiting', 90),
      mail('b', 'sent', 600),
      mail('c', 'failed', 30),
      mail('d', 'failed', 3000),
    ])
  const [oldestS, failed] = await figures()
  expect(oldestS).toBeGreaterThanOrEqual(90 * 60 - 1)
  expect(failed).toBe(1)
})
