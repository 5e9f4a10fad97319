import { afterAll, beforeAll, expect, it } from 'vitest'
import { bookMany, type Rush, startRush } from './testing.ts'

let rush: Rush

beforeAll(async () => {
  rush = await startRush(1)
}, 120_000)
afterAll(() => rush.close())

it('1,000 bookings on 100 slots by 30 clients over two processes: no time twice', async () => {
  const booked = await bookMany(rush, 1000, 30)
  expect(booked).toBeGreaterThan(50)
  expect(booked).toBeLessThanOrEqual(101)
}, 120_000)
