import { afterAll, beforeAll, expect, it } from 'vitest'
import { bookMany, type Rush, startRush } from './testing.ts'

const DOCTORS = 10

let rush: Rush

beforeAll(async () => {
  rush = await startRush(DOCTORS)
})
afterAll(() => rush.close())

it('10,000 bookings on 1,000 slots by 100 clients over two processes: no time twice', async () => {
  const booked = await bookMany(rush, 10_000, 100)
  expect(booked).toBeGreaterThan(500)
  expect(booked).toBeLessThanOrEqual(DOCTORS * 101)
})
